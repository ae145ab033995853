using System.Text.RegularExpressions;

namespace Reelay.Server.Assets.Bucket;

/// <summary>Reads and judges <c>Reelay:Assets:S3</c>. Every mistake names its setting; no message holds what a secret is.</summary>
internal sealed partial class BucketSettingsReader
{
    private static readonly string[] Known =
    [
        nameof(BucketSettings.Bucket), nameof(BucketSettings.Endpoint), nameof(BucketSettings.PublicEndpoint), nameof(BucketSettings.Region),
        nameof(BucketSettings.AccessKey), nameof(BucketSettings.SecretKey), nameof(BucketSettings.Prefix), nameof(BucketSettings.ForcePathStyle),
        nameof(BucketSettings.LinkSeconds), nameof(BucketSettings.CallSeconds),
    ];

    private readonly IConfigurationSection _section;
    private readonly List<string> _mistakes = [];

    private BucketSettingsReader(IConfigurationSection section) => _section = section;

    /// <summary>The settings, or null if there are none. Empty ones are like none.</summary>
    /// <exception cref="InvalidOperationException">One is missing, unknown or wrong; the message names each.</exception>
    public static BucketSettings? Read(IConfiguration configuration)
    {
        var section = configuration.GetSection(BucketSettings.Section);
        if (!section.GetChildren().Any(child => !string.IsNullOrWhiteSpace(child.Value) || child.GetChildren().Any())) return null;
        var reader = new BucketSettingsReader(section);
        var settings = reader.Read();
        if (reader._mistakes.Count == 0) return settings;
        throw new InvalidOperationException(string.Join("; ", reader._mistakes.Select(mistake => $"{BucketSettings.Section}:{mistake}")));
    }

    /// <summary>Refuses bounds on files that a bucket could not keep.</summary>
    /// <param name="name">Name of the setting.</param>
    /// <param name="maxBytes">Its value.</param>
    /// <exception cref="InvalidOperationException">It is above <see cref="BucketSettings.MaxFileBytes"/>.</exception>
    public static void CheckBound(string name, long maxBytes)
    {
        if (maxBytes <= BucketSettings.MaxFileBytes) return;
        throw new InvalidOperationException(
            $"{name}: {maxBytes} is more than {BucketSettings.MaxFileBytes} bytes (5 GiB), the largest file that is kept in a bucket.");
    }

    private BucketSettings Read()
    {
        foreach (var name in _section.GetChildren().Select(child => child.Key).Except(Known, StringComparer.OrdinalIgnoreCase))
            _mistakes.Add($"{name}: there is no such setting; there are {string.Join(", ", Known)}.");
        var endpoint = Address(nameof(BucketSettings.Endpoint));
        return new BucketSettings
        {
            Bucket = Matching(nameof(BucketSettings.Bucket), Required(nameof(BucketSettings.Bucket), "the name of the bucket"), BucketName(),
                "no name of a bucket: 3 to 63 lower-case letters, digits, '.' and '-'"),
            Endpoint = endpoint,
            PublicEndpoint = Address(nameof(BucketSettings.PublicEndpoint)),
            Region = Matching(nameof(BucketSettings.Region), Region(endpoint), RegionName(), "no name of a region, such as eu-central-1"),
            AccessKey = Required(nameof(BucketSettings.AccessKey), "the id of a key of the bucket"),
            SecretKey = Required(nameof(BucketSettings.SecretKey), "the secret of that key"),
            Prefix = Prefix(),
            ForcePathStyle = Flag(nameof(BucketSettings.ForcePathStyle), endpoint is not null),
            LinkSeconds = Number(nameof(BucketSettings.LinkSeconds), 300, 10, 3600),
            CallSeconds = Number(nameof(BucketSettings.CallSeconds), 30, 1, 600),
        };
    }

    private string? Text(string name) => _section[name]?.Trim() is { Length: > 0 } text ? text : null;

    private string Required(string name, string what)
    {
        if (Text(name) is { } text) return text;
        _mistakes.Add($"{name} is missing: {what}. With any setting of {BucketSettings.Section} files are kept in a bucket.");
        return "";
    }

    private string Region(Uri? endpoint)
    {
        if (Text(nameof(BucketSettings.Region)) is { } region) return region;
        if (endpoint is not null) return "us-east-1";
        _mistakes.Add("Region is missing: the bucket's region. Only with an Endpoint there is a default, us-east-1.");
        return "";
    }

    private string Matching(string name, string text, Regex pattern, string what)
    {
        if (text.Length > 0 && !pattern.IsMatch(text)) _mistakes.Add($"{name}: '{text}' is {what}.");
        return text;
    }

    private Uri? Address(string name)
    {
        if (Text(name) is not { } text) return null;
        var isAddress = Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https"
            && url is { Query: "", Fragment: "", UserInfo: "" };
        if (isAddress) return url;
        _mistakes.Add($"{name}: it must be an http or https address without user, query or fragment, for example https://s3.example.com.");
        return null;
    }

    private string Prefix()
    {
        var text = Text(nameof(BucketSettings.Prefix))?.Trim('/') ?? "";
        Matching(nameof(BucketSettings.Prefix), text, PrefixName(), "no prefix: at most 200 of A-Z, a-z, 0-9, '-', '_', '.' and, between them, '/'");
        return text.Length == 0 ? "" : text + "/";
    }

    private bool Flag(string name, bool usual)
    {
        if (Text(name) is not { } text) return usual;
        if (!bool.TryParse(text, out var value)) _mistakes.Add($"{name}: '{text}' is neither true nor false.");
        return value;
    }

    private int Number(string name, int usual, int min, int max)
    {
        if (Text(name) is not { } text) return usual;
        if (int.TryParse(text, out var value) && value >= min && value <= max) return value;
        _mistakes.Add($"{name}: '{text}' is no whole number from {min} to {max}.");
        return usual;
    }

    [GeneratedRegex("^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$")]
    private static partial Regex BucketName();

    [GeneratedRegex("^[a-zA-Z0-9-]{1,64}$")]
    private static partial Regex RegionName();

    [GeneratedRegex("^(?=.{1,200}$)[A-Za-z0-9_.-]+(/[A-Za-z0-9_.-]+)*$")]
    private static partial Regex PrefixName();
}
