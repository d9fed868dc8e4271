import type { FastifyInstance } from 'fastify'
import { Compile } from 'typebox/compile'
import { TicketSchema } from '../../shared/access.ts'
import { SfuError } from '../../shared/errors.ts'
import type { JoinClaims, Tokens } from '../auth/tokens.ts'
import type { AddressRates } from '../lib/AddressRates.ts'
import { networkOf } from '../lib/clientAddress.ts'

const Ticket = Compile(TicketSchema)

type Options = {
  tokens: Tokens
  rates: AddressRates
  /** Ends the visit that a ticket is for, where it is not over yet. */
  endVisit: (claims: JoinClaims) => void
}

/**
 * How a page says good-bye whose websocket is gone before it: Firefox closes it as soon as the page is being left. The
 * body is the ticket alone, as plain text: for that a browser need not ask first, and nobody would be there to hear the
 * answer.
 */
export function registerLeaveRoute(app: FastifyInstance, { tokens, rates, endVisit }: Options): void {
  app.register(async (plain) => {
    plain.addContentTypeParser('text/plain', { parseAs: 'string' }, (_request, body, done) => done(null, body))
    plain.post('/api/v1/leave', async (request, reply) => {
      if (!rates.take(networkOf(request.ip))) throw new SfuError('tooMany')
      if (!Ticket.Check(request.body)) throw new SfuError('invalidInput', 'this is no ticket')
      endVisit(await tokens.verifyJoin(request.body))
      return reply.code(204).send()
    })
  })
}
