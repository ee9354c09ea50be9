import Files
import Models

/// Checkpoints on disk: a safetensors file with parameters and moments as f32, and the run's settings in its
/// header.
extension LlamaTrainer.Checkpoint {
  /// Writes the checkpoint whole; if that fails, an older one at the path is left as it was.
  public func save(to path: String) throws(TrainingError) {
    do throws(ModelError) {
      var writer = SafetensorsWriter(metadata: [("tessera", header.text())])
      for (name, values) in [
        ("parameters", parameters), ("first_moments", firstMoments),
        ("second_moments", secondMoments),
      ] {
        try writer.add(name, shape: [values.count], values: values)
      }
      try writer.write(to: path)
    } catch { throw .model(error) }
  }

  /// Reads a checkpoint; whether it fits a run is for the trainer to say.
  public static func load(_ path: String) throws(TrainingError) -> Self {
    func fail(_ reason: String) -> TrainingError {
      .file(.malformed(path: path, byte: nil, reason: reason))
    }
    let header: JSON
    let tensors: [[Float]]
    do throws(ModelError) {
      let file = try SafetensorsFile(path: path)
      let metadata = Dictionary(file.metadata.map { ($0.key, $0.value) }) { first, _ in first }
      guard let text = metadata["tessera"] else {
        throw .notAModel(path: path, reason: "it is not a checkpoint of a training run")
      }
      do throws(FileError) {
        header = try JSONParser.parse(Array(text.utf8), path: path)
      } catch { throw .file(error) }
      var found: [[Float]] = []
      for name in ["parameters", "first_moments", "second_moments"] {
        found.append(try file.floats(name))
      }
      tensors = found
    } catch { throw .model(error) }
    func integer(_ name: String) throws(TrainingError) -> Int {
      guard let value = header[name]?.intValue, value >= 0 else { throw fail("\(name) is missing") }
      return value
    }
    func bits(_ name: String) throws(TrainingError) -> Float {
      Float(bitPattern: UInt32(truncatingIfNeeded: try integer(name)))
    }
    let shape = LlamaShape(
      vocabulary: try integer("vocabulary"), width: try integer("width"),
      layers: try integer("layers"), heads: try integer("heads"),
      keyValueHeads: try integer("kv_heads"), mlp: try integer("mlp"),
      context: try integer("context"),
      rotaryBase: header["rotary_base"]?.doubleValue ?? 0, epsilon: try bits("epsilon"))
    guard let seed = header["seed"]?.stringValue.flatMap({ UInt64($0) }),
      let data = header["data"]?.stringValue
    else { throw fail("seed or data is missing") }
    var optimizer = AdamW()
    optimizer.firstDecay = try bits("first_decay")
    optimizer.secondDecay = try bits("second_decay")
    optimizer.epsilon = try bits("optimizer_epsilon")
    optimizer.weightDecay = try bits("weight_decay")
    optimizer.largestNorm = try bits("largest_norm")
    var settings = LlamaTrainer.Settings(
      batch: try integer("batch"), steps: try integer("steps"), seed: seed, optimizer: optimizer)
    settings.schedule = LearningRateSchedule(
      peak: try bits("rate"), warmUp: try integer("warm_up"), steps: try integer("steps"),
      floor: try bits("floor"))
    return Self(
      shape: shape, settings: settings, step: try integer("step"), data: data,
      parameters: tensors[0], firstMoments: tensors[1], secondMoments: tensors[2])
  }

  /// Numbers of f32 stand as their bits, so that they come back the same.
  private var header: JSON {
    func bits(_ name: String, _ value: Float) -> JSON.Member {
      .init(name, .integer(Int(value.bitPattern)))
    }
    func integer(_ name: String, _ value: Int) -> JSON.Member { .init(name, .integer(value)) }
    return .object([
      integer("step", step), integer("vocabulary", shape.vocabulary),
      integer("width", shape.width), integer("layers", shape.layers),
      integer("heads", shape.heads), integer("kv_heads", shape.keyValueHeads),
      integer("mlp", shape.mlp), integer("context", shape.context),
      .init("rotary_base", .number(shape.rotaryBase)), bits("epsilon", shape.epsilon),
      integer("batch", settings.batch), integer("steps", settings.steps),
      .init("seed", .string(String(settings.seed))), bits("rate", settings.schedule.peak),
      integer("warm_up", settings.schedule.warmUp), bits("floor", settings.schedule.floor),
      bits("first_decay", settings.optimizer.firstDecay),
      bits("second_decay", settings.optimizer.secondDecay),
      bits("optimizer_epsilon", settings.optimizer.epsilon),
      bits("weight_decay", settings.optimizer.weightDecay),
      bits("largest_norm", settings.optimizer.largestNorm), .init("data", .string(data)),
    ])
  }
}
