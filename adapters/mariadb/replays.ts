import type { Queryable } from './pool.ts'

/** That the data of a dead letter was sent again. */
export interface Replay {
  /** Epoch ms. */
  readonly sentAt: number
  /** Letters from this offset of their topic on came later: they say that the data has died again. */
  readonly lettersBelow: number
}

export async function findReplay(db: Queryable, id: string): Promise<Replay | undefined> {
  const [row] = await db.query<Replay>(
    'SELECT sent_at AS sentAt, letters_below AS lettersBelow FROM replays WHERE id = UNHEX(SHA2(?, 256))',
    [id],
  )
  return row
}

export async function saveReplay(db: Queryable, id: string, { sentAt, lettersBelow }: Replay): Promise<void> {
  await db.execute(
    `INSERT INTO replays (id, sent_at, letters_below) VALUES (UNHEX(SHA2(?, 256)), ?, ?)
     ON DUPLICATE KEY UPDATE sent_at = VALUES(sent_at), letters_below = VALUES(letters_below)`,
    [id, sentAt, lettersBelow],
  )
}
