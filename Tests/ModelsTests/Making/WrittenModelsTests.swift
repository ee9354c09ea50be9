import Files
import Glibc
import Kernels
import Tensors
import Testing

@testable import Models

/// Leaves models of standard formats for `scripts/check-written-models`, which names a folder.
@Suite("Models for other software to load") struct WrittenModelsTests {
  @Test("what this program foresees stands beside each model")
  func write() throws {
    guard let folder = getenv("TESSERA_WRITTEN_MODELS").map({ String(cString: $0) }) else { return }
    for (index, sizes) in MadeModelTests.all.enumerated() where sizes.format != .tessera {
      let made = try MadeModelTests.shaken(
        MadeModel(sizes, fresh: InitialWeights(seed: UInt64(index), deviation: 0.3)))
      let path = Paths.join(folder, "\(sizes.format.rawValue)-\(index)")
      try made.save(folder: path)
      let ids: [Int32] = [3, 9, 39, 0, 12, 12, 7, 1, 1, 30]
      let scores = try made.model().logits(ids: ids).doubles
      let record = JSON.object([
        .init("ids", .array(ids.map { .integer(Int($0)) })),
        .init("logits", .array(scores.map { .number($0) })),
      ])
      try DurableFile.replace(Paths.join(path, "expected.json"), with: record.text())
    }
  }
}
