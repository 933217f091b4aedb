/** On a busy machine a round takes longer: then fewer have to do, but never fewer than these. */
const fewest = 2
const withinMs = 45_000

/** Runs a round again and again: as often as planned, or as often as 45 s allow. */
export async function repeat(
  rounds: number,
  say: (text: string) => void,
  round: () => Promise<void>,
): Promise<void> {
  const start = performance.now()
  for (let n = 1; n <= rounds; n++) {
    const perRound = (performance.now() - start) / (n - 1)
    if (n > fewest && perRound * n > withinMs) return
    say(`round ${n} of ${rounds}`)
    await round()
  }
}
