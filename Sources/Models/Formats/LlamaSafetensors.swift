/// The tensors of a Llama network in a safetensors file, checked against its configuration.
struct LlamaSafetensors: LlamaTensorSource {
  let file: SafetensorsFile

  /// - Throws: ``ModelError`` naming the first tensor that is missing, too many, or of another shape.
  init(_ file: SafetensorsFile, for network: LlamaConfiguration) throws(ModelError) {
    self.file = file
    // A hostile configuration must not ask for more names than there are tensors.
    if network.layers > file.names.count {
      throw .configuration(
        path: file.path, field: "num_hidden_layers",
        reason: "\(network.layers) layers, and the file has \(file.names.count) tensors")
    }
    let expected = LlamaWeights.shapes(network)
    for (name, shape) in expected {
      guard let found = file.shape(of: name) else {
        throw .missingTensor(path: file.path, name: name)
      }
      if found != shape {
        throw .shape(path: file.path, name: name, expected: shape, found: found)
      }
    }
    let known = Set(expected.map(\.name))
    for name in file.names where !known.contains(name) {
      // Buffers that older versions saved, and the copy of a tied embedding, say nothing new.
      if name.hasSuffix(".rotary_emb.inv_freq") { continue }
      if name == "lm_head.weight" && network.isTied { continue }
      throw .unexpectedTensor(
        path: file.path, name: name, reason: "the configuration has no place for it")
    }
  }

  func floats(_ name: String, shape: [Int]) throws(ModelError) -> [Float] {
    let values = try file.floats(name)
    guard let found = file.shape(of: name), found == shape else {
      throw .shape(
        path: file.path, name: name, expected: shape, found: file.shape(of: name) ?? [])
    }
    return values
  }
}
