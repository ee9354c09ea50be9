/// Numbers added to attention's scores, `[batches, heads, queryRows, keyRows]`; batches and heads are 1 where
/// all share them.
public struct AttentionBias<T: KernelReal> {
  public let values: UnsafeBufferPointer<T>
  public let batches: Int
  public let heads: Int

  public init(_ values: UnsafeBufferPointer<T>, batches: Int = 1, heads: Int = 1) {
    (self.values, self.batches, self.heads) = (values, batches, heads)
  }
}
