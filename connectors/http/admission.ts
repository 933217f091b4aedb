/** Bytes of request bodies that a process may hold at once. */
export interface Admission {
  /** Bytes held now. */
  readonly held: number
  /** A place for one request, empty at first. */
  enter(): Place
}

export interface Place {
  /** Makes this request's share `bytes` in all; false, and nothing changed, when they don't fit. */
  hold(bytes: number): boolean
  /** Gives everything back; again and again if need be. */
  leave(): void
}

/** Counts bytes instead of requests: a thousand small bodies are no burden, a few big ones are. */
export function createAdmission(maxBytes: number): Admission {
  let held = 0
  return {
    get held() {
      return held
    },
    enter() {
      let share = 0
      let left = false
      return {
        hold(bytes) {
          if (left || (bytes > share && held - share + bytes > maxBytes)) return false
          held += bytes - share
          share = bytes
          return true
        },
        leave() {
          held -= share
          share = 0
          left = true
        },
      }
    },
  }
}
