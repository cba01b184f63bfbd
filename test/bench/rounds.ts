/** Interleaving: every subject has its turn in every round, and who begins moves on, so that noise hits all alike. */

/** @returns the results of each subject, in the order of the subjects, one for each round. */
export async function runRounds<Subject, Result>(
  subjects: readonly Subject[],
  rounds: number,
  run: (subject: Subject, round: number) => Promise<Result>,
): Promise<readonly (readonly Result[])[]> {
  const results: Result[][] = subjects.map(() => []);
  for (let round = 0; round < rounds; round++) {
    for (let turn = 0; turn < subjects.length; turn++) {
      const index = (turn + round) % subjects.length;
      results[index]!.push(await run(subjects[index]!, round));
    }
  }
  return results;
}
