namespace Reelay.Server.Catalog;

/// <summary>
/// Names of upstream models as the catalog has them: <c>provider:model</c>, or <c>provider@channel:model</c> where a channel's options make the
/// provider's models its own.
/// </summary>
internal static class UpstreamNames
{
    /// <summary>Both halves; the model is empty where the name has no colon.</summary>
    public static (string Owner, string Model) Split(string name)
    {
        var colon = name.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? (name, "") : (name[..colon], name[(colon + 1)..]);
    }

    /// <summary>Whose list has the model: a provider, or a channel that has its own.</summary>
    public static string OwnerOf(string name) => Split(name).Owner;

    /// <summary>The upstream's own word for the model.</summary>
    public static string ModelOf(string name) => Split(name).Model;

    /// <summary>Whether a list is a provider's, or of a channel of that provider.</summary>
    public static bool IsOf(string owner, string provider) => owner == provider || IsOfChannel(owner, provider);

    /// <summary>Whether a list is of a channel of that provider.</summary>
    public static bool IsOfChannel(string owner, string provider) => owner.StartsWith(provider + "@", StringComparison.Ordinal);
}
