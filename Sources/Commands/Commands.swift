import Language
import Training

/// All commands of the program.
public enum TesseraCommands {
  public static let all: [any Command.Type] =
    CoreCommands.all + TokenizerCommands.all + ModelCommands.all + DecodeCommands.all
    + TraceCommands.all + MeasureCommands.all + PruneCommands.all + TrainCommands.all
    + DataCommands.all
    + PlotCommands.all + TensorCommands.all

  public static let registry = CommandRegistry(all)
}

/// How objects come back from the cache, by their archived kind.
extension TesseraCommands {
  public static let restorers: [String: ValueArchive.Restorer] = [
    TokenizerObject.archiveKind: { try TokenizerObject.restore($0, $1) },
    TokensObject.archiveKind: { try TokensObject.restore($0, $1) },
    TokenizeReport.archiveKind: { try TokenizeReport.restore($0, $1) },
    ModelObject.archiveKind: { try ModelObject.restore($0, $1) },
    ByteModelObject.archiveKind: { try ByteModelObject.restore($0, $1) },
    ClassifierObject.archiveKind: { try ClassifierObject.restore($0, $1) },
    EncoderObject.archiveKind: { try EncoderObject.restore($0, $1) },
    SequenceModelObject.archiveKind: { try SequenceModelObject.restore($0, $1) },
    PictureModelObject.archiveKind: { try PictureModelObject.restore($0, $1) },
    ChartObject.archiveKind: { try ChartObject.restore($0, $1) },
  ]
}

extension TesseraCommands {
  /// The models that came with the program, and what the user installed.
  public static let sharedFiles = SharedFiles { kind, name in
    switch kind {
    case "model": NamedModel.path(of: name)
    case "data": (try? DataStore.userStore(for: name).entry(name))?.path
    default: nil
    }
  }
}
