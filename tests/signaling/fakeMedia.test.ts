import { FakeMedia } from '../support/FakeMedia.ts'
import { describeMediaPort } from '../support/mediaPortContract.ts'

const media = new FakeMedia()
describeMediaPort('FakeMedia', () => media)
