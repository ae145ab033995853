using System.ComponentModel.DataAnnotations;

namespace Reelay.Server.Api;

/// <summary>Settings of the server as a whole: <c>Reelay</c> in the configuration.</summary>
internal sealed class ServerOptions : IValidatableObject
{
    /// <summary>What links begin with, without a trailing slash; null takes the request's own scheme and host. A path prefix is allowed.</summary>
    public string? PublicUrl { get; set; }

    /// <summary>Model of a request that names none. Default <c>sora-2</c>; empty makes <c>model</c> required.</summary>
    public string DefaultModel { get; set; } = "sora-2";

    /// <summary>Free bytes of the data folder's disk below which creates answer 503 and tasks wait. Default 2 GiB; 0 switches it off.</summary>
    [Range(0, long.MaxValue)]
    public long MinFreeDisk { get; set; } = 2L << 30;

    /// <summary>How long in seconds a write waits while another process has the database locked. Default 5; then creates and callbacks answer 503.</summary>
    [Range(1, 600)]
    public int BusySeconds { get; set; } = 5;

    /// <summary>Whether the prompt of each accepted order is logged. Default false: no log holds words of callers.</summary>
    public bool LogPrompts { get; set; }

    /// <summary>Whether the sandbox serves everything; see <see cref="SandboxSettings"/>.</summary>
    public SandboxSettings Sandbox { get; set; } = new();

    /// <summary>How long results are kept after completion. Default 30 days; 1 minute to 10 years.</summary>
    public AssetSettings Assets { get; set; } = new();

    /// <summary>How long the words and the files of orders are kept after their end, for accounts that have no period of their own.</summary>
    public RetentionSettings Retention { get; set; } = new();

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        // The validator itself does not look into sections.
        var mistakes = new List<ValidationResult>();
        foreach (var section in new object[] { Sandbox, Assets, Retention })
            Validator.TryValidateObject(section, new ValidationContext(section), mistakes, validateAllProperties: true);
        if (PublicUrl is { Length: > 0 } && !IsLinkBase(PublicUrl))
            mistakes.Add(new ValidationResult($"PublicUrl: '{PublicUrl}' is no http or https address that links could begin with."));
        return mistakes;
    }

    private static bool IsLinkBase(string text) =>
        Uri.TryCreate(text, UriKind.Absolute, out var url) && url.Scheme is "http" or "https" && url is { Query: "", Fragment: "", UserInfo: "" };
}

/// <summary><c>Reelay:Sandbox</c>: the same section configures the sandbox's own process.</summary>
internal sealed class SandboxSettings
{
    /// <summary>Whether the sandbox's channel and key exist. Default false; <c>make run</c> sets true.</summary>
    public bool Enabled { get; set; }

    /// <summary>Port of the sandbox on this machine. Default 8090.</summary>
    [Range(1, 65535)]
    public int Port { get; set; } = 8090;

    /// <summary>Seconds a job takes there, so that its channel knows what to expect. Default 6.</summary>
    [Range(0, 86_400)]
    public double Duration { get; set; } = 6;

    /// <summary>Whether channels of vendor keys in the environment exist beside the sandbox's. Default false.</summary>
    public bool Mix { get; set; }
}

/// <summary><c>Reelay:Assets</c>.</summary>
internal sealed class AssetSettings
{
    /// <summary>How long results are kept after completion. Default 30 days.</summary>
    [Range(typeof(TimeSpan), "00:01:00", "3650.00:00:00")]
    public TimeSpan Retention { get; set; } = TimeSpan.FromDays(30);
}

/// <summary><c>Reelay:Retention</c>. Results: <see cref="AssetSettings"/>.</summary>
internal sealed class RetentionSettings
{
    /// <summary>How long prompts and other words of an order are kept after its end. Default null: for ever.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan? Prompts { get; set; }

    /// <summary>How long files and links that came with an order are kept after its end. Default null: as long as its results, and never longer.</summary>
    [Range(typeof(TimeSpan), "00:00:01", "3650.00:00:00")]
    public TimeSpan? Inputs { get; set; }
}
