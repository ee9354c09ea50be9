import Language

/// The verbs that everybody needs; they have no family.
enum CoreCommands {
  static let all: [any Command.Type] =
    files + showing + walking + ordering + grouping + tables + records + lists + aggregates
    + arithmetic + texts + conversions + session

  private static let files: [any Command.Type] = [Read.self, Write.self, FilesOf.self]
  private static let showing: [any Command.Type] = [Print.self, Show.self]
  private static let walking: [any Command.Type] = [
    Map.self, Filter.self, Reduce.self, AnyOf.self, AllOf.self,
  ]
  private static let ordering: [any Command.Type] = [
    Sort.self, Reverse.self, Unique.self, Shuffle.self, Sample.self,
  ]
  private static let grouping: [any Command.Type] = [
    Group.self, Summarize.self, Frequencies.self, Join.self,
  ]
  private static let tables: [any Command.Type] = [
    TableOf.self, Select.self, Drop.self, Rename.self, WithColumn.self,
  ]
  private static let records: [any Command.Type] = [Keys.self, Values.self, Get.self]
  private static let lists: [any Command.Type] = [
    Len.self, ListOf.self, RangeOf.self, Zip.self, Enumerate.self, Append.self, Concat.self,
    Flatten.self, Windows.self, First.self, Last.self, Skip.self, Split.self, Find.self,
    Contains.self, Replace.self, Count.self,
  ]
  private static let aggregates: [any Command.Type] = [
    Sum.self, Mean.self, StandardDeviation.self, Median.self, Quantile.self, Minimum.self,
    Maximum.self, Cumulative.self,
  ]
  private static let arithmetic: [any Command.Type] = [
    Absolute.self, Floor.self, Ceiling.self, Round.self, Exponential.self, Logarithm.self,
    SquareRoot.self, Sine.self, Cosine.self, HyperbolicTangent.self,
  ]
  private static let texts: [any Command.Type] = [
    Words.self, Characters.self, Lines.self, Bytes.self, Upper.self, Lower.self, Trim.self,
    StartsWith.self, EndsWith.self, Format.self,
  ]
  private static let conversions: [any Command.Type] = [
    IntOf.self, FloatOf.self, StringOf.self, BoolOf.self, TypeOf.self, ToJSON.self, FromJSON.self,
    DigestOf.self,
  ]
  private static let session: [any Command.Type] = [
    Help.self, Describe.self, Seed.self, Variables.self, History.self, Raise.self,
  ]
}
