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
    try encoders(folder)
    try sequences(folder)
    try pictures(folder)
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

  private func record(_ path: String, _ kind: String, _ members: [JSON.Member], _ values: Tensor)
    throws
  {
    let record = JSON.object(
      [.init("kind", .string(kind))] + members
        + [.init("values", .array(values.doubles.map { .number($0) }))])
    try DurableFile.replace(Paths.join(path, "expected.json"), with: record.text())
  }

  private func list(_ ids: [Int32]) -> JSON { .array(ids.map { .integer(Int($0)) }) }

  private func encoders(_ folder: String) throws {
    for hasHead in [false, true] {
      let made = try MadeEncoderTests.made(hasHead: hasHead)
      let path = Paths.join(folder, hasHead ? "bert-masked" : "bert")
      try made.save(folder: path)
      let (encoder, ids) = (try made.encoder(), try made.ids(of: MadeEncoderTests.texts[2]))
      try record(
        path, hasHead ? "masked" : "encoder", [.init("ids", list(ids))],
        hasHead ? encoder.scores(ids: ids) : encoder.hidden(ids: ids))
    }
  }

  private func sequences(_ folder: String) throws {
    let made = try MadeSequenceModelTests.made()
    let path = Paths.join(folder, "t5")
    try made.save(folder: path)
    let (model, ids) = (try made.model(), try made.source(of: MadeEncoderTests.texts[2]))
    let written: [Int32] = [made.begin, 7, 30, 30, 2]
    var cache = model.makeCache()
    let scores = try model.logits(ids: written, memory: model.encode(ids), cache: &cache)
    try record(
      path, "sequences", [.init("ids", list(ids)), .init("written", list(written))], scores)
  }

  private func pictures(_ folder: String) throws {
    let made = try MadePictureModelTests.made(channels: 3)
    let path = Paths.join(folder, "vit")
    try made.save(folder: path)
    let pictures = try Tensor.normal([2, 3, 8, 8], stream: RandomStream(seed: 2))
    try record(
      path, "pictures", [.init("pixels", .array(pictures.doubles.map { .number($0) }))],
      made.encoder().classScores(pixels: pictures))
  }
}
