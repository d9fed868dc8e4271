/** Which node of a cluster somebody is sent to. */
import { describe, expect, it } from 'vitest'
import { chooseNode, type NodeLoad } from '../../server/core/nodePlacement.ts'

const node = (id: string, more: Partial<NodeLoad> = {}): NodeLoad => ({
  id,
  region: '',
  load: 0,
  state: 'ready',
  ...more,
})

type Case = {
  nodes: NodeLoad[]
  carrying?: string[]
  region?: string
  visited?: string
  to: string | undefined
}

const choose = ({ nodes, carrying = [], region, visited }: Omit<Case, 'to'>, roomId = 'room') =>
  chooseNode(nodes, new Set(carrying), { roomId, region, visited })?.id

describe('somebody who comes to a room', () => {
  it.each<[string, Case]>([
    ['goes nowhere where there is no node', { nodes: [], to: undefined }],
    ['stays on the node that carries it', { nodes: [node('a'), node('b', { load: 0.7 })], carrying: ['b'], to: 'b' }],
    [
      'leaves one that is full',
      { nodes: [node('a', { load: 0.5 }), node('b', { load: 0.8 })], carrying: ['b'], to: 'a' },
    ],
    [
      'goes to the least loaded of those that carry it',
      { nodes: [node('a'), node('b', { load: 0.7 }), node('c', { load: 0.2 })], carrying: ['b', 'c'], to: 'c' },
    ],
    [
      'goes to the one in the region among those that carry it, however loaded',
      {
        nodes: [node('a', { load: 0.1, region: 'us' }), node('b', { load: 0.7, region: 'eu' })],
        carrying: ['a', 'b'],
        region: 'eu',
        to: 'b',
      },
    ],
    [
      'goes into the region that it asks for, though the room is elsewhere: what is near is worth a copy',
      { nodes: [node('a', { region: 'us' }), node('b', { region: 'eu' })], carrying: ['a'], region: 'eu', to: 'b' },
    ],
    [
      'goes to one of another region that carries it where its own is full',
      {
        nodes: [node('a', { region: 'us' }), node('b', { region: 'eu', load: 0.9 }), node('c', { region: 'us' })],
        carrying: ['a'],
        region: 'eu',
        to: 'a',
      },
    ],
    [
      'begins it in the region',
      { nodes: [node('a', { region: 'us' }), node('b', { load: 0.6, region: 'eu' })], region: 'eu', to: 'b' },
    ],
    [
      'begins it elsewhere where the region is full',
      { nodes: [node('a', { region: 'us' }), node('b', { load: 0.9, region: 'eu' })], region: 'eu', to: 'a' },
    ],
    [
      'begins it elsewhere where there is no such region',
      { nodes: [node('a', { load: 0.5 }), node('b', { load: 0.2 })], region: 'mars', to: 'b' },
    ],
    [
      'goes to the least loaded where all are full',
      { nodes: [node('a', { load: 1.4 }), node('b', { load: 0.95 })], carrying: ['a'], to: 'b' },
    ],
    [
      'goes back to the node that has the visit, however full',
      { nodes: [node('a'), node('b', { load: 1.2 })], carrying: ['a'], visited: 'b', to: 'b' },
    ],
    [
      'does not go back to a node that wants to stop',
      { nodes: [node('a', { load: 2 }), node('b', { state: 'draining' })], carrying: ['b'], visited: 'b', to: 'a' },
    ],
    ['does not go back to a node that is gone', { nodes: [node('a')], visited: 'b', to: 'a' }],
    ['goes to nobody who is not ready', { nodes: [node('a', { state: 'notReady' })], carrying: ['a'], to: undefined }],
    [
      'goes to one that wants to stop where there is nothing else',
      { nodes: [node('a', { state: 'draining' }), node('b', { state: 'notReady' })], to: 'a' },
    ],
  ])('%s', (_, { to, ...situation }) => {
    expect(choose(situation)).toBe(to)
    expect(choose({ ...situation, nodes: [...situation.nodes].reverse() })).toBe(to)
  })

  it('meets others who come through other doors, where loads differ by little', () => {
    const nodes = ['a', 'b', 'c'].map((id, at) => node(id, { load: 0.31 + at / 50 }))
    const doors = [nodes, [...nodes].reverse(), nodes.map((each) => ({ ...each, load: 0.35 }))]
    for (const room of ['one', 'two', 'three', 'four'])
      expect(new Set(doors.map((each) => choose({ nodes: each }, room))).size).toBe(1)
  })

  it('finds rooms spread evenly over nodes that are alike', () => {
    const nodes = ['node-a', 'node-b', 'node-c'].map((id) => node(id))
    const counts = new Map<string | undefined, number>()
    for (let at = 0; at < 3000; at++) {
      const id = choose({ nodes }, `room-${at}`)
      counts.set(id, (counts.get(id) ?? 0) + 1)
    }
    for (const { id } of nodes) expect(Math.abs((counts.get(id) ?? 0) - 1000)).toBeLessThan(120)
  })
})
