using Reelay.Server.Secrets;
using Reelay.Server.Tasks;

namespace Reelay.Server.Webhooks;

/// <summary>What deliveries are signed with. An owner is an endpoint, or an account for the <c>callback_url</c> of its orders.</summary>
internal sealed class WebhookSecretBook(IWebhookSecretStore store, SecretBox box, Randomness randomness, TimeProvider time)
{
    /// <summary>How long an old secret goes on signing beside its successor, if that was asked for.</summary>
    public static readonly TimeSpan Overlap = TimeSpan.FromHours(24);

    /// <summary>Makes a new secret, the only moment at which it can be read.</summary>
    /// <param name="owner">Whose.</param>
    /// <param name="keepsOld">Whether the present one goes on signing for <see cref="Overlap"/>; otherwise it ends now. Older ones end in any case.</param>
    public string Issue(string owner, bool keepsOld)
    {
        var secret = WebhookSignature.Mint(randomness);
        var now = Now;
        store.Rotate(
            owner, keepsOld ? now + (long)Overlap.TotalMilliseconds : null, now, WebhookSignature.Hint(secret), number => box.Seal(Name(owner, number), secret));
        return secret;
    }

    /// <summary>The secrets that sign now, newest first: one, or two during an overlap. Makes the first if there is none yet.</summary>
    public IReadOnlyList<string> Active(string owner)
    {
        var rows = store.List(owner, Now);
        return rows.Count == 0 ? [Issue(owner, keepsOld: false)] : [.. rows.Select(row => box.Open(Name(owner, row.Number), row.Sealed))];
    }

    /// <summary>What may be told of the newest secret, or null before the first.</summary>
    public WebhookSecretRow? Newest(string owner) => store.List(owner, Now) is [var newest, ..] ? newest : null;

    /// <summary>The older secret that still signs, or null.</summary>
    public WebhookSecretRow? Previous(string owner) => store.List(owner, Now) is [_, var previous, ..] ? previous : null;

    private long Now => time.GetUtcNow().ToUnixTimeMilliseconds();

    private static string Name(string owner, long number) => $"webhook/{owner}/{number}";
}

/// <summary>A secret as it is stored.</summary>
/// <param name="Owner">Endpoint or account.</param>
/// <param name="Number">Grows with every rotation.</param>
/// <param name="Sealed">Envelope of <see cref="SecretBox"/>.</param>
/// <param name="Hint">Its last four characters.</param>
/// <param name="CreatedAt">Unix milliseconds.</param>
/// <param name="ExpiresAt">When it signs no more, or null. Unix milliseconds.</param>
internal sealed record WebhookSecretRow(string Owner, long Number, byte[] Sealed, string Hint, long CreatedAt, long? ExpiresAt);

/// <summary>Sealed secrets.</summary>
internal interface IWebhookSecretStore
{
    /// <summary>Puts a new secret in front; the one before it ends at <paramref name="previousUntil"/>, or now if that is null.</summary>
    void Rotate(string owner, long? previousUntil, long now, string hint, Func<long, byte[]> seal);

    /// <summary>An owner's secrets that sign at a moment, newest first.</summary>
    IReadOnlyList<WebhookSecretRow> List(string owner, long now);
}
