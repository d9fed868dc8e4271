import { type Signal, signal } from '@preact/signals'
import type { PeerId } from '../../../shared/ids.ts'

export type PanelName = 'chat' | 'people' | 'stats'
export type DialogName = 'settings' | 'help' | 'invite' | 'volume'

/** What is open beside and over the call: one panel, one dialog. */
export class Panels {
  readonly panel: Signal<PanelName | undefined> = signal(undefined)
  readonly dialog: Signal<DialogName | undefined> = signal(undefined)
  /** Whose volume the dialog is about. */
  readonly person: Signal<PeerId | undefined> = signal(undefined)

  toggle(panel: PanelName): void {
    this.panel.value = this.panel.peek() === panel ? undefined : panel
  }

  show(panel: PanelName): void {
    this.panel.value = panel
  }

  open(dialog: DialogName): void {
    this.dialog.value = dialog
  }

  openVolume(peerId: PeerId): void {
    this.person.value = peerId
    this.open('volume')
  }

  closePanel(): void {
    this.panel.value = undefined
  }

  closeDialog(): void {
    this.dialog.value = undefined
  }

  /** @returns whether there was something to close */
  escape(): boolean {
    if (!this.panel.peek()) return false
    this.closePanel()
    return true
  }

  closeAll(): void {
    this.closePanel()
    this.closeDialog()
  }
}
