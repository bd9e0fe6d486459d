// Counts what passed and failed, and tells each failure in words at once.

const counts = { passed: 0, failed: 0, skipped: 0 };

/** One thing that was tried, with everything that was wrong about it. */
export function tried(name, problems) {
  if (problems.length === 0) {
    counts.passed += 1;
    return;
  }
  counts.failed += 1;
  console.log(`FAILED ${name}`);
  for (const problem of problems) console.log(`       ${problem}`);
}

/** Runs one test that refuses by throwing. */
export async function test(name, act) {
  try {
    const result = await act();
    tried(name, []);
    return result;
  } catch (error) {
    tried(name, [String(error.message ?? error).split("\n").slice(0, 12).join("\n       ")]);
    return undefined;
  }
}

export function leftOut(name, why) {
  counts.skipped += 1;
  console.log(`left out ${name}: ${why}`);
}

export function hold(condition, why) {
  if (!condition) throw new Error(why);
}

/** The line that the caller counts, and the exit code. */
export function finish() {
  console.log(`${counts.passed} passed, ${counts.failed} failed, ${counts.skipped} skipped`);
  return counts.failed === 0 ? 0 : 1;
}
