using System.Globalization;
using Reelay.Server.Assets.Links;
using Reelay.Server.Tasks;

namespace Reelay.Server.Engine.Callbacks;

/// <summary>Makes and judges the last part of a callback's address: task, attempt, and an HMAC-SHA256 over both and the provider.</summary>
/// <remarks>
/// Nothing is stored for it: the keys of signed links sign it under a name of its own, so it is good after a restart, and as long as its key
/// stands in the file. Nobody without a key can make one, and one attempt's tells nothing of another's.
/// </remarks>
internal sealed class CallbackTokens(LinkKeys keys)
{
    /// <summary>Longest token that is looked at, in characters.</summary>
    public const int MaxLength = 128;

    private const string Domain = "reelay callback 1";

    /// <summary>The token of one attempt.</summary>
    public string Make(string provider, string taskId, int attempt) => All(provider, taskId, attempt).First();

    /// <summary>The tokens that one attempt may have been given: one for each key that is good, that of the newest first.</summary>
    public IEnumerable<string> All(string provider, string taskId, int attempt) =>
        keys.NewestFirst.Select(key => $"{Name(taskId, attempt)}-{LinkKeys.Sign(key, Message(provider, taskId, attempt))}");

    /// <summary>Reads a token; null unless it is one of ours for this provider. Looks nothing up.</summary>
    public (string TaskId, int Attempt)? Read(string provider, string token)
    {
        if (token.Length > MaxLength || provider.Length > MaxLength || token.Split('-', 3) is not [var suffix, var number, var signature]) return null;
        if (TaskIds.Normalize(TaskIds.Prefix + suffix) is not { } taskId) return null;
        if (!int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var attempt) || attempt < 1) return null;
        if (!token.StartsWith(Name(taskId, attempt) + "-", StringComparison.Ordinal)) return null;

        return keys.IsSigned(Message(provider, taskId, attempt), signature) ? (taskId, attempt) : null;
    }

    private static string Name(string taskId, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{taskId.AsSpan(TaskIds.Prefix.Length)}-{attempt}");

    private static string Message(string provider, string taskId, int attempt) =>
        string.Create(CultureInfo.InvariantCulture, $"{Domain}\n{provider}\n{taskId}\n{attempt}");
}
