/** Without accents and capitals: `Jose` finds `José`. */
const plain = (text: string) => text.normalize('NFKD').replace(/\p{M}/gu, '').toLocaleLowerCase()

/** Whether a name is meant by what was typed so far; nothing typed means everyone. */
export const matchesSearch = (name: string, typed: string): boolean => plain(name).includes(plain(typed.trim()))
