import Language

/// All commands of the program.
public enum TesseraCommands {
  public static let all: [any Command.Type] =
    CoreCommands.all + TokenizerCommands.all
    + PlotCommands.all

  public static let registry = CommandRegistry(all)
}
