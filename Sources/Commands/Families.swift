import Language

/// What the families of commands are about, in the order of the reference.
enum Families {
  static let summaries: [(name: String, summary: String)] = [
    ("", "The verbs that everybody needs: values, lists, tables, texts, files, the session."),
    ("tokenizer", "Vocabularies: train, load, encode, decode."),
    ("model", "Language models: load, look inside, logits."),
    ("decode", "Text from models: greedy, sampling."),
    ("prune", "Fewer tokens: which to keep, and what that costs."),
    ("quantize", "Smaller numbers: weights and activations."),
    ("train", "Training of small models."),
    ("measure", "What text, tokens and models are worth: likelihood, compression, diversity."),
    ("trace", "What happens inside a model."),
    ("data", "Data to work on: made or installed."),
    ("image", "Pictures."),
    ("audio", "Sound."),
    ("plot", "Charts as text."),
    ("run", "Long work in the background."),
    ("tensor", "Arrays of numbers: make, rearrange, combine."),
  ]

  /// The families that have commands, with these.
  static func all(in registry: CommandRegistry) -> [Family] {
    let declarations = registry.declarations
    var names = summaries.map(\.name)
    for declaration in declarations where !names.contains(declaration.family) {
      names.append(declaration.family)
    }
    return names.compactMap { name in
      let members = declarations.filter { $0.family == name }
      if members.isEmpty { return nil }
      let summary = summaries.first { $0.name == name }?.summary ?? ""
      return Family(name: name, summary: summary, commands: members)
    }
  }
}

/// A family and its commands.
struct Family {
  let name: String
  let summary: String
  let commands: [CommandDeclaration]

  var title: String { name.isEmpty ? "core" : name }
}
