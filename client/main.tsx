import { render } from 'preact'
import { ConferenceClient } from './sdk/ConferenceClient.ts'
import { App } from './ui/App.tsx'
import { languageShown } from './ui/i18n/languages.ts'
import { createModel, ModelProvider, startModel } from './ui/model/model.ts'
import { startRouter } from './ui/model/route.ts'
import './ui/styles/index.ts'

declare global {
  interface Window {
    /**
     * The call of this page, for integrators and automation:
     * - `tertulia.state`: the connection, oneself, the others, who speaks ({@link ClientState} of the SDK);
     *   `tertulia.subscribe(listener)` tells of each change;
     * - `tertulia.peers`: the others, each with what they publish;
     * - `await tertulia.getStats()`: totals of what is sent and received, for each source and layer.
     */
    tertulia: ConferenceClient
  }
}

const client = new ConferenceClient()
window.tertulia = client

const model = createModel(client)
startRouter()
startModel(model)

const root = document.getElementById('app')
if (!root) throw new Error('the page has no #app')
void languageShown().then(() =>
  render(
    <ModelProvider value={model}>
      <App />
    </ModelProvider>,
    root,
  ),
)
