using System.Globalization;

namespace Reelay.Server.Assets.Links;

/// <summary>Signs and verifies links that need no key: HMAC-SHA256 over what is linked, which one, and until when.</summary>
/// <remarks>
/// A signature says nothing about whether the file is still there, and both kinds of links die with their task. It does not cover the
/// variant: whoever may see a video may see its thumbnail.
/// </remarks>
internal sealed class LinkSigner(LinkKeys keys, TimeProvider time)
{
    /// <summary>How long a link to an input is good: longer than upstreams wait before they fetch it.</summary>
    public static readonly TimeSpan InputLifetime = TimeSpan.FromHours(24);

    // Every kind of link signs under a name of its own: a signature for one can never pass for the other.
    private const string ContentDomain = "reelay link 1: content";
    private const string InputDomain = "reelay link 1: input";

    /// <summary>A link to an output.</summary>
    /// <param name="baseUrl">What links begin with, without a trailing slash.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="index">The output; null means the first one and leaves it out of the link.</param>
    /// <param name="expires">Until when it is good, Unix seconds: the task's <c>expires_at</c>, so that the link is always the same.</param>
    public string ContentLink(string baseUrl, string taskId, int? index, long expires)
    {
        var signature = keys.Sign(Message(ContentDomain, taskId, index ?? 0, expires));
        var suffix = index is { } number ? $"&index={number}" : "";
        return $"{baseUrl}/v1/videos/{taskId}/content?expires={expires}&signature={signature}{suffix}";
    }

    /// <summary>A link to an input file of a task, for its upstream; good for <see cref="InputLifetime"/> and while the task is live.</summary>
    /// <param name="baseUrl">What links begin with, without a trailing slash.</param>
    /// <param name="taskId">The task.</param>
    /// <param name="position">Where the input stands in the order's media, from 0.</param>
    public string InputLink(string baseUrl, string taskId, int position)
    {
        var expires = (time.GetUtcNow() + InputLifetime).ToUnixTimeSeconds();
        var signature = keys.Sign(Message(InputDomain, taskId, position, expires));
        return $"{baseUrl}/v1/inputs/{taskId}/{position}?expires={expires}&signature={signature}";
    }

    /// <summary>Judges a link to an output.</summary>
    public LinkVerdict VerifyContent(string taskId, int index, string? expires, string? signature) =>
        Verify(ContentDomain, taskId, index, expires, signature);

    /// <summary>Judges a link to an input.</summary>
    public LinkVerdict VerifyInput(string taskId, int position, string? expires, string? signature) =>
        Verify(InputDomain, taskId, position, expires, signature);

    private LinkVerdict Verify(string domain, string taskId, int number, string? expires, string? signature)
    {
        if (expires is null || signature is null) return LinkVerdict.Altered;
        if (!long.TryParse(expires, NumberStyles.None, CultureInfo.InvariantCulture, out var until)) return LinkVerdict.Altered;

        // One moment has one spelling too.
        if (until.ToString(CultureInfo.InvariantCulture) != expires) return LinkVerdict.Altered;
        if (!keys.IsSigned(Message(domain, taskId, number, until), signature)) return LinkVerdict.Altered;
        return time.GetUtcNow().ToUnixTimeSeconds() < until ? LinkVerdict.Good : LinkVerdict.Expired;
    }

    // Every part that we sign is of one form and none holds a line feed, so two different links never give one message. What is verified may have
    // an id of any length, as callers write it.
    private static string Message(string domain, string taskId, int number, long expires) =>
        string.Create(CultureInfo.InvariantCulture, $"{domain}\n{taskId}\n{number}\n{expires}");
}

/// <summary>What a link is worth.</summary>
internal enum LinkVerdict
{
    /// <summary>Signed by us, and its time has not passed.</summary>
    Good,

    /// <summary>Signed by us; its time has passed.</summary>
    Expired,

    /// <summary>Not what we signed.</summary>
    Altered,
}
