/** Charts that point at the same time together. */
export interface Pointing {
  pointAtTime(epochMs: number | undefined): void
}

/** The charts of a page whose crosshairs move as one. */
export class HoverGroup {
  readonly #members = new Set<Pointing>()

  add(member: Pointing): void {
    this.#members.add(member)
  }

  remove(member: Pointing): void {
    this.#members.delete(member)
  }

  /** One of them is pointed at: the others follow. */
  point(from: Pointing, epochMs: number | undefined): void {
    for (const member of this.#members) if (member !== from) member.pointAtTime(epochMs)
  }
}

/** There is one pointer, so there is one group. */
export const hoverGroup = new HoverGroup()
