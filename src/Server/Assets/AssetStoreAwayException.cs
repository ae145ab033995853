namespace Reelay.Server.Assets;

/// <summary>
/// The store cannot be used at this moment, whatever was asked of it: a bucket that does not answer, or no longer lets us in. It passes by
/// itself or by the operator's hand, and says nothing about whoever sent or wanted the bytes.
/// </summary>
public sealed class AssetStoreAwayException(string message, Exception? inner = null) : IOException(message, inner);
