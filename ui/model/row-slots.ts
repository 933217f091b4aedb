/**
 * Gives every row in sight a number, and rows that come into sight the numbers of those that left it: what is drawn
 * under a number is filled anew instead of being made anew.
 */
export class RowSlots {
  #slots = new Map<string, number>()

  /** The numbers of these rows, by their names, in their order; a row that stays keeps its number. */
  assign(rows: readonly string[]): number[] {
    const kept = new Map<string, number>()
    for (const row of rows) {
      const slot = this.#slots.get(row)
      if (slot !== undefined) kept.set(row, slot)
    }
    const taken = new Set(kept.values())
    let next = 0
    this.#slots = new Map(
      rows.map((row) => {
        const slot = kept.get(row)
        if (slot !== undefined) return [row, slot]
        while (taken.has(next)) next++
        return [row, next++]
      }),
    )
    return [...this.#slots.values()]
  }
}
