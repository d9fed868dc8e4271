import { FakeMedia } from '../support/FakeMedia.ts'
import { describeMediaPort } from '../support/mediaPortContract.ts'
import { describeNodePipes } from '../support/pipeContract.ts'

const media = new FakeMedia()
describeMediaPort('FakeMedia', () => media)

const nodes = [new FakeMedia(), new FakeMedia()] as const
describeNodePipes('FakeMedia', () => nodes)
