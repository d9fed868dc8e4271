/** Loaded into a server (`--import`): SIGUSR2 throws where nobody catches it, SIGPIPE rejects where nobody listens. */
process.on('SIGUSR2', () => {
  setImmediate(() => {
    throw new Error('thrown on purpose')
  })
})
process.on('SIGPIPE', () => void Promise.reject(new Error('rejected on purpose')))
