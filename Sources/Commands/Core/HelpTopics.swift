/// Short explanations of what is no command: `help "sweep"`.
enum HelpTopics {
  static var names: [String] { topics.map(\.0) }

  static func text(of topic: String) -> String? { topics.first { $0.0 == topic }?.1 }

  private static let topics: [(String, String)] = [
    (
      "sweep",
      """
      sweep a=[1, 2], b=1..3 { … }
      Runs the block for every combination and gives a table: the swept columns, then the
      block's record (or a column `value`), and a column `error` where a point failed.
      Options stand after `with`: jobs=2, seed=7, fresh=true, stop_on_error=true.
      """
    ),
    (
      "if",
      """
      if condition { … } else if condition { … } else { … }
      Gives the value of the last statement of the block that runs.
      """
    ),
    (
      "for",
      """
      for x in xs { … }
      Walks lists, ranges, tables (rows), texts (scalars) and records (names); `break` ends it,
      `continue` goes on with the next.
      """
    ),
    ("while", "while condition { … }\nRepeats the block; `break` ends it."),
    (
      "try",
      """
      try { … } catch e { … }
      Goes on after an error: `e` is a record of code, message and line.
      """
    ),
    (
      "fn",
      """
      fn name(a, b = 2) { … }
      Names a function; it gives its last statement's value or that of `return`. A short one
      without a name is `x -> x + 1` or `(a, b) -> a + b`.
      """
    ),
    ("assert", "assert condition \"why\"\nStops with both sides' values where it does not hold."),
    ("import", "import \"other.md\"\nTakes another notebook's definitions."),
    ("time", "time { … }\nShows how long a block takes, and gives its value."),
    (
      "units",
      """
      k M G (×1000), Ki Mi Gi and KiB MiB GiB (×1024), ms s min (seconds), % (hundredths)
      They touch the number: 4k is 4000, 50% is 0.5, 10 % 3 is a remainder.
      """
    ),
    (
      "pipe",
      """
      a | f x
      Puts `a` into the parameter of `f` that takes the pipe, by default the first.
      """
    ),
  ]
}
