export const HANDHELD = '(pointer: coarse) and (not (any-pointer: fine))'

/** A telephone or a tablet: touched, without a keyboard in front of it. Its browsers share no screen. */
export const isHandheld = (): boolean => matchMedia(HANDHELD).matches
