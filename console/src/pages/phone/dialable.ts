/** A number as people write it, as it is dialled; a name or an address stays as it is. */
export function dialable(text: string): string {
  const typed = text.trim();
  return /^[+(]?[\d\s()/.\-–]+$/.test(typed) ? typed.replace(/[\s()/.\-–]/g, "") : typed;
}
