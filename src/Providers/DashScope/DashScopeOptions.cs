using System.Text.Json;
using System.Text.RegularExpressions;

namespace Reelay.Providers.DashScope;

/// <summary>Settings of one channel: facts that are uncertain or differ between accounts. The README has the reasons.</summary>
public sealed partial record DashScopeOptions
{
    /// <summary>Within the request, as a <c>data:</c> URL.</summary>
    internal const string Inline = "inline";

    /// <summary>Through the vendor's own temporary store.</summary>
    internal const string Upload = "upload";

    /// <summary>As a link to this server, which the upstream fetches.</summary>
    internal const string Link = "link";

    private static readonly DashScopeOptions _usual = new();

    /// <summary>How pictures are sent: <c>inline</c> (default), <c>upload</c> or <c>link</c>.</summary>
    public string Pictures { get; init; } = Inline;

    /// <summary>How videos are sent: <c>upload</c> (default) or <c>link</c>.</summary>
    public string Videos { get; init; } = Upload;

    /// <summary>Largest picture in megabytes, in place of what the models' rows say; null (default) keeps those. 1 to 20.</summary>
    public int? MaxPictureMegabytes { get; init; }

    /// <summary>Workspace that orders are charged to, or null for the key's own.</summary>
    public string? Workspace { get; init; }

    /// <summary>How many polls in a row must say <c>UNKNOWN</c> before a task counts as lost. Default 2; 1 to 100.</summary>
    public int UnknownConfirmations { get; init; } = 2;

    /// <summary>How a medium of that role is sent.</summary>
    internal string WayOf(MediaRole role) => role is MediaRole.SourceVideo ? Videos : Pictures;

    /// <summary>What a channel with these options can make of a row.</summary>
    internal UpstreamModel Apply(UpstreamModel row) => row with
    {
        References = row.References.ToDictionary(pair => pair.Key, pair => pair.Value with
        {
            IsLinkOnly = WayOf(pair.Key) == Link,
            MaxBytes = pair.Key is not MediaRole.SourceVideo && MaxPictureMegabytes is { } most ? most * 1024L * 1024 : pair.Value.MaxBytes,
        }),
    };

    /// <summary>The options of an account.</summary>
    /// <exception cref="ProviderException">They are wrong; nothing was sent.</exception>
    internal static DashScopeOptions Of(ProviderAccount account) => ChannelOptions.Of(account, _usual, Read);

    /// <summary>Lays a channel's options over the defaults; null with the mistakes if there are any.</summary>
    internal static (DashScopeOptions? Options, IReadOnlyList<string> Mistakes) Read(JsonElement given) =>
        ChannelOptions.Read(given, () => (_usual, null), DashScopeOptionsJson.Default.DashScopeOptions, lay: null, options => options.Check());

    private List<string> Check()
    {
        var mistakes = new List<string>();
        if (Pictures is not (Inline or Upload or Link))
            mistakes.Add("pictures: must be inline, upload or link");
        if (Videos is not (Upload or Link))
            mistakes.Add("videos: must be upload or link");
        if (MaxPictureMegabytes is not (null or (>= 1 and <= 20)))
            mistakes.Add("max_picture_megabytes: must be 1 to 20");
        if (Workspace is not null && !Word().IsMatch(Workspace))
            mistakes.Add("workspace: must be the id of a workspace");
        if (UnknownConfirmations is not (>= 1 and <= 100))
            mistakes.Add("unknown_confirmations: must be 1 to 100");
        return mistakes;
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,128}$")]
    private static partial Regex Word();
}
