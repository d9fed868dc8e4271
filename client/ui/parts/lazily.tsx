import { useSignal } from '@preact/signals'
import type { ComponentType } from 'preact'
import { useEffect } from 'preact/hooks'
import { t } from '../i18n/t.ts'
import { Notice } from './Notice.tsx'

type Lazy<Props> = ComponentType<Props> & {
  /** Fetches the code before it is needed. */
  readonly preload: () => void
}

/** A component whose code is loaded when it is first shown, so that the first view waits for less. */
export function lazily<Props extends object>(load: () => Promise<ComponentType<Props>>): Lazy<Props> {
  let loaded: ComponentType<Props> | undefined
  let loading: Promise<ComponentType<Props>> | undefined
  const fetchOnce = () => {
    loading ??= load().then(
      (Loaded) => {
        loaded = Loaded
        return Loaded
      },
      (error: unknown) => {
        loading = undefined
        throw error
      },
    )
    return loading
  }
  function Lazily(props: Props) {
    const component = useSignal(loaded)
    const failed = useSignal(false)
    useEffect(() => {
      if (component.peek()) return
      fetchOnce().then(
        (Loaded) => {
          component.value = Loaded
        },
        () => {
          failed.value = true
        },
      )
    }, [component, failed])
    const Loaded = component.value
    if (Loaded) return <Loaded {...props} />
    return failed.value ? <Notice tone="danger" title={t('toast.loadFailed')} /> : null
  }
  return Object.assign(Lazily, { preload: () => void fetchOnce().catch(() => undefined) })
}
