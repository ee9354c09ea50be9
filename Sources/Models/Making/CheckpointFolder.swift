import Files
import Tensors
import Tokenizers

/// A model's folder, with its files named as Hugging Face's tools name them.
enum CheckpointFolder {
  /// Writes `model.safetensors`, `tokenizer.json` where there is a vocabulary, and `config.json`.
  ///
  /// - Parameter record: what made the model, for the header.
  /// - Throws: ``ModelError``; where the weights cannot be written the folder is as it was.
  static func write(
    _ folder: String, _ tensors: some TensorSource, configuration: JSON,
    format: SafetensorsWriter.NumberFormat = .f32, tokenizer: Tokenizer?, record: [JSON.Member] = []
  ) throws(ModelError) {
    do {
      let vocabulary = try tokenizer?.json().text()
      try DurableFile.makeFolder(folder)
      // The weights first: where they cannot be written the folder is as it was.
      try ModelConversion.writeSafetensors(
        tensors, to: Paths.join(folder, "model.safetensors"), format: format,
        metadata: [("format", "pt"), ("tessera", JSON.object(record).text())])
      if let vocabulary {
        try DurableFile.replace(Paths.join(folder, "tokenizer.json"), with: vocabulary + "\n")
      }
      try DurableFile.replace(
        Paths.join(folder, "config.json"), with: configuration.text(pretty: true) + "\n")
    } catch {
      if let error = error as? TokenizerError { throw .tokenizer(error) }
      throw ModelError(cause: error)
    }
  }
}
