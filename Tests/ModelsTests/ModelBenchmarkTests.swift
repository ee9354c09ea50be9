import Testing

@testable import Models

@Suite("Benchmarks of models") struct ModelBenchmarkTests {
  @Test("what is asked for is measured, and nothing else")
  func measuring() throws {
    let model = try Fixture(name: "llama").load()
    let all = try ModelBenchmark(prompts: [3, 5], generated: 2, rounds: 1, batch: 2)
      .measure(model)
    #expect(all.prompts.count == 2)
    #expect(all.prompts.allSatisfy { $0 > 0 })
    #expect(all.writing > 0)
    #expect(all.step > 0)
    #expect(all.bound > 0)
    #expect(all.bytes == model.bytesOfStep)
    let none = try ModelBenchmark(prompts: [], generated: 0, rounds: 0).measure(model)
    #expect(none.prompts.isEmpty)
    #expect(none.writing == 0)
  }
}
