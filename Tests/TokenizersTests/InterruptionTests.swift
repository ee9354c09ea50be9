import Kernels
import Testing

@testable import Tokenizers

@Suite("Long work on tokenizers") struct InterruptionTests {
  @Test("stops where a stop is asked for")
  func stops() async {
    // The request is process-wide: in a process of its own, it stops no other test.
    await #expect(processExitsWith: .success) {
      let trie = TokenTrie([([97], 0), ([97, 97], 1)])
      let lattice = try SegmentationLattice([UInt8](repeating: 97, count: 200), trie)
      let short = try SegmentationLattice([97, 97], trie)
      let lengths = [try AdditionProblem.Lengths(1, 1, answer: 1)]
      let vocabulary = HybridVocabulary(roots: [HybridRoot("ev")])
      Cancellation.request(.interrupted)
      let stopped = TokenizerError.interrupted(.interrupted)
      #expect(throws: stopped) { try SegmentationLattice([97, 97], trie) }
      #expect(throws: stopped) { try short.sample(seed: 1) }
      #expect(throws: stopped) { try lattice.sequences(limit: 100_000) }
      #expect(throws: stopped) { try AdditionProblem.problems(lengths, count: 2, seed: 1) }
      #expect(throws: stopped) { try RootLexicon(lines: "ev", path: "test") }
      #expect(throws: stopped) { try vocabulary.tokenizer() }
    }
  }
}
