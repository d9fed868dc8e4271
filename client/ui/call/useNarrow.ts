import { useMedia } from './useMedia.ts'

/** The same as in `call.css`: below this the bar has room for what is needed most only. */
export const useNarrow = (): boolean => useMedia('(width < 40rem)')
