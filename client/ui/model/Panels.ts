import { type Signal, signal } from '@preact/signals'

export type PanelName = 'chat' | 'people' | 'stats'
export type DialogName = 'settings' | 'help' | 'invite'

/** What is open beside and over the call: one panel, one dialog. */
export class Panels {
  readonly panel: Signal<PanelName | undefined> = signal(undefined)
  readonly dialog: Signal<DialogName | undefined> = signal(undefined)

  toggle(panel: PanelName): void {
    this.panel.value = this.panel.peek() === panel ? undefined : panel
  }

  show(panel: PanelName): void {
    this.panel.value = panel
  }

  open(dialog: DialogName): void {
    this.dialog.value = dialog
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
