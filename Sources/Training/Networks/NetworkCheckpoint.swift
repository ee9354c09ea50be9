import Files
import Models
import Tensors

/// All that the next step of a ``NetworkTrainer`` needs to know of the steps before it.
///
/// On disk: a safetensors file of f32 tensors `parameter/NAME`, `best/NAME` and `optimizer/SLOT/NUMBER`
/// (parameters that are trained, counted from 0), with settings, step and digest of the data in its header.
public struct NetworkCheckpoint: Sendable, Equatable {
  /// The best held-out measurement, where a run may stop by it.
  public struct Best: Sendable, Equatable {
    public var loss: Double
    public var step: Int
    public var parameters: [Tensor]
    /// Measurements since then.
    public var withoutGain: Int
  }

  /// What the run was made with, the network's settings and parameters' shapes among it.
  public var settings: [TrainingSetting]
  /// The digest of the data.
  public var data: String
  /// Steps done.
  public var step: Int
  public var parameters: [NetworkParameter]
  public var optimizer: OptimizerState
  public var best: Best?

  /// Writes the checkpoint whole; if that fails, an older one at the path is left as it was.
  public func save(to path: String) throws(TrainingError) {
    var tensors: [(declaration: SafetensorsWriter.Declaration, value: Tensor)] = []
    func add(_ name: String, _ tensor: Tensor) {
      tensors.append((.init(name: name, shape: tensor.shape, format: .f32), tensor))
    }
    for parameter in parameters { add("parameter/" + parameter.name, parameter.value) }
    for (slot, moments) in optimizer.slots.sorted(by: { $0.key < $1.key }) {
      for (index, tensor) in moments.enumerated() { add("optimizer/\(slot)/\(index)", tensor) }
    }
    if let best {
      for (parameter, value) in zip(parameters, best.parameters) {
        add("best/" + parameter.name, value)
      }
    }
    var next = tensors.makeIterator()
    do throws(ModelError) {
      try SafetensorsWriter.write(
        tensors.map(\.declaration), metadata: [("tessera", header.text())], to: path
      ) { _ in next.next()?.value.floats ?? [] }
    } catch { throw TrainingError(cause: error) }
  }

  /// f64 numbers stand as their bits, so that they come back the same.
  private var header: JSON {
    var members: [JSON.Member] = [
      .init("kind", .string(Self.kind)), .init("step", .integer(step)),
      .init("optimizer_step", .integer(optimizer.step)), .init("data", .string(data)),
      .init("settings", .object(settings.map { .init($0.name, .string($0.value)) })),
      .init(
        "parameters",
        .array(
          parameters.map {
            .object([.init("name", .string($0.name)), .init("trained", .bool($0.isTrained))])
          })),
      .init(
        "slots",
        .object(
          optimizer.slots.sorted { $0.key < $1.key }.map { .init($0.key, .integer($0.value.count)) }
        )),
    ]
    if let best {
      members.append(
        .init(
          "best",
          .object([
            .init("loss", .integer(Int(bitPattern: UInt(best.loss.bitPattern)))),
            .init("step", .integer(best.step)), .init("without_gain", .integer(best.withoutGain)),
          ])))
    }
    return .object(members)
  }

  private static let kind = "network training"

  /// Reads a checkpoint; whether it fits a run is for the trainer to say.
  public static func load(_ path: String) throws(TrainingError) -> NetworkCheckpoint {
    let (header, file) = try opened(path)
    func fail(_ reason: String) -> TrainingError {
      .file(.malformed(path: path, byte: nil, reason: reason))
    }
    func integer(_ json: JSON?, _ name: String) throws(TrainingError) -> Int {
      guard let value = json?[name]?.intValue, value >= 0 else { throw fail("\(name) is missing") }
      return value
    }
    guard header["kind"]?.stringValue == kind, let data = header["data"]?.stringValue,
      let settings = header["settings"]?.objectValue, let names = header["parameters"]?.arrayValue,
      let slots = header["slots"]?.objectValue
    else { throw fail("it is not a checkpoint of this kind of training") }
    do {
      var parameters: [NetworkParameter] = []
      for entry in names {
        guard let name = entry["name"]?.stringValue, let isTrained = entry["trained"]?.boolValue
        else { throw fail("a parameter has no name") }
        parameters.append(
          NetworkParameter(name, try file.tensor("parameter/" + name), isTrained: isTrained))
      }
      var optimizer = OptimizerState()
      optimizer.step = try integer(header, "optimizer_step")
      for slot in slots {
        guard let count = slot.value.intValue, (0...file.names.count).contains(count) else {
          throw fail("the optimizer's '\(slot.key)' has no number")
        }
        var moments: [Tensor] = []
        for index in 0..<count {
          moments.append(try file.tensor("optimizer/\(slot.key)/\(index)"))
        }
        optimizer.slots[slot.key] = moments
      }
      var best: Best?
      if let saved = header["best"] {
        guard let bits = saved["loss"]?.intValue else { throw fail("the best loss is missing") }
        var values: [Tensor] = []
        for parameter in parameters { values.append(try file.tensor("best/" + parameter.name)) }
        best = Best(
          loss: Double(bitPattern: UInt64(UInt(bitPattern: bits))),
          step: try integer(saved, "step"), parameters: values,
          withoutGain: try integer(saved, "without_gain"))
      }
      return NetworkCheckpoint(
        settings: settings.map { TrainingSetting($0.key, $0.value.stringValue ?? "") }, data: data,
        step: try integer(header, "step"), parameters: parameters, optimizer: optimizer, best: best)
    } catch { throw TrainingError(cause: error) }
  }

  /// The header that a training run left in a file, and the file.
  private static func opened(_ path: String) throws(TrainingError) -> (JSON, SafetensorsFile) {
    do {
      let file = try SafetensorsFile(path: path)
      guard let text = file.metadata.first(where: { $0.key == "tessera" })?.value else {
        throw ModelError.notAModel(path: path, reason: "it is not a checkpoint of a training run")
      }
      return (try JSONParser.parse(Array(text.utf8), path: path), file)
    } catch { throw TrainingError(cause: error) }
  }
}

extension NetworkTrainer {
  /// All that the next step depends on.
  public var checkpoint: NetworkCheckpoint {
    NetworkCheckpoint(
      settings: described, data: batches.digest, step: step, parameters: parameters,
      optimizer: optimizer.state,
      best: best.map {
        .init(
          loss: $0.loss, step: $0.step, parameters: $0.parameters,
          withoutGain: measurementsWithoutGain)
      })
  }

  /// What a run has to have in common with one that it goes on from.
  private var described: [TrainingSetting] {
    settings.described + network.settings
      + parameters.map {
        TrainingSetting(
          "shape of \($0.name)", "\($0.value.shape)" + ($0.isTrained ? "" : ", not trained"))
      }
  }

  /// Goes on where a checkpoint was made, with the same bits as a run that was not interrupted.
  ///
  /// - Throws: ``TrainingError/resumeMismatch(setting:saved:asked:)`` with the first difference; nothing has
  ///   changed then.
  public func resume(from checkpoint: NetworkCheckpoint) throws(TrainingError) {
    let asked = described
    let saved = checkpoint.settings
    for setting in asked {
      let before = saved.first { $0.name == setting.name }?.value
      if before != setting.value {
        throw .resumeMismatch(
          setting: setting.name, saved: before ?? "nothing", asked: setting.value)
      }
    }
    if let more = saved.first(where: { setting in !asked.contains { $0.name == setting.name } }) {
      throw .resumeMismatch(setting: more.name, saved: more.value, asked: "nothing")
    }
    if checkpoint.data != batches.digest {
      throw .resumeMismatch(setting: "data", saved: checkpoint.data, asked: batches.digest)
    }
    func same(_ what: String, _ found: [[Int]], _ needed: [[Int]]) throws(TrainingError) {
      if found != needed {
        throw .resumeMismatch(setting: what, saved: "\(found)", asked: "\(needed)")
      }
    }
    let shapes = parameters.map(\.value.shape)
    try same("parameters", checkpoint.parameters.map(\.value.shape), shapes)
    if let best = checkpoint.best { try same("best", best.parameters.map(\.shape), shapes) }
    let trained = parameters.count(where: \.isTrained)
    for (slot, moments) in checkpoint.optimizer.slots where moments.count != trained {
      throw .resumeMismatch(
        setting: "optimizer's \(slot)", saved: "\(moments.count)", asked: "\(trained)")
    }
    restore(
      step: checkpoint.step, parameters: checkpoint.parameters.map(\.value),
      optimizer: checkpoint.optimizer,
      best: checkpoint.best.map {
        Best(loss: $0.loss, step: $0.step, parameters: $0.parameters)
      }, measurementsWithoutGain: checkpoint.best?.withoutGain ?? 0)
  }
}
