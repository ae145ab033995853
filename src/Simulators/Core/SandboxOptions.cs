namespace Reelay.Simulators;

/// <summary>Settings of the sandbox, bound from <c>Reelay:Sandbox</c>, and the parts a test may replace.</summary>
public sealed class SandboxOptions
{
    /// <summary>Where to listen, separated by semicolons; null for the loopback address and <see cref="Port"/>.</summary>
    public string? Urls { get; set; }

    /// <summary>Port on the loopback address; 0 takes any free one. The process takes 8090 if nothing is set.</summary>
    public int Port { get; set; }

    /// <summary>How results are made. The process takes <see cref="RenderMode.Full"/> if nothing is set.</summary>
    public RenderMode Render { get; set; } = RenderMode.Cached;

    /// <summary>Seconds a job takes.</summary>
    /// <value>Default 6; 0 to 86,400.</value>
    public double Duration { get; set; } = 6;

    /// <summary>Most unfinished jobs an account may have; further orders are answered with 429. 0 sets no limit.</summary>
    public int MaxRunning { get; set; }

    /// <summary>Folder of <c>sandbox.db</c> and of the clips, or null to keep everything in memory and a temporary folder.</summary>
    public string? DataFolder { get; set; }

    /// <summary>Accepted credentials by simulator id; without an entry its own default, with an empty one none is asked for.</summary>
    public Dictionary<string, string[]> Credentials { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Names of the models that self-hosted servers serve, by simulator id.</summary>
    public Dictionary<string, string[]> Models { get; init; } = new(StringComparer.Ordinal);

    /// <summary>Secrets that callbacks are signed with, by simulator id; without an entry they are not signed.</summary>
    public Dictionary<string, string> CallbackSecrets { get; init; } = new(StringComparer.Ordinal);

    /// <summary>
    /// How often a callback that was not answered with a 2xx is sent again, after 0.5, 1, 2, 4 … seconds. No upstream documents its own rule.
    /// </summary>
    /// <value>Default 5; 0 to 20.</value>
    public int CallbackRetries { get; set; } = 5;

    /// <summary>The clock.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Where ids come from.</summary>
    public IRandomSource Random { get; set; } = new SystemRandomSource();

    /// <summary>Makes the files, or null for ffmpeg; with <see cref="RenderMode.StandIn"/> it is not used.</summary>
    public IRenderer? Renderer { get; set; }

    /// <summary>Reads the settings of the process.</summary>
    /// <exception cref="InvalidOperationException">A setting has a value that is not allowed; the message names it.</exception>
    public static SandboxOptions From(IConfiguration configuration)
    {
        SandboxOptions options = new()
        {
            Port = 8090,
            Render = RenderMode.Full,
            DataFolder = configuration["REELAY_DATA"] is { Length: > 0 } folder ? folder : "./data",
            // The general variable may be meant for another server of the same shell; a port of the sandbox's own says it better.
            Urls = configuration["Reelay:Sandbox:Port"] is null ? configuration["urls"] : null,
        };
        configuration.GetSection("Reelay:Sandbox").Bind(options);
        if (options.Port is < 0 or > 65535)
            throw new InvalidOperationException($"Reelay:Sandbox:{nameof(Port)} must be 0 to 65535, not {options.Port}.");
        if (options.Duration is not (>= 0 and <= 86_400))
            throw new InvalidOperationException($"Reelay:Sandbox:{nameof(Duration)} must be 0 to 86400 seconds, not {options.Duration}.");
        if (options.MaxRunning < 0)
            throw new InvalidOperationException($"Reelay:Sandbox:{nameof(MaxRunning)} must be 0 or more, not {options.MaxRunning}.");
        if (options.CallbackRetries is < 0 or > 20)
            throw new InvalidOperationException($"Reelay:Sandbox:{nameof(CallbackRetries)} must be 0 to 20, not {options.CallbackRetries}.");
        return options;
    }

    /// <summary>Accepted credentials of a simulator.</summary>
    public IReadOnlyList<string> CredentialsOf(string simulatorId, params string[] defaults) =>
        Credentials.GetValueOrDefault(simulatorId) ?? defaults;

    /// <summary>Served model names of a simulator.</summary>
    public IReadOnlyList<string> ModelsOf(string simulatorId, params string[] defaults) =>
        Models.GetValueOrDefault(simulatorId) is { Length: > 0 } names ? names : defaults;
}

/// <summary>How results are made.</summary>
public enum RenderMode
{
    /// <summary>One file per job, with its prompt readable: for people.</summary>
    Full,

    /// <summary>One file per size, length and frame rate: for tests and load.</summary>
    Cached,

    /// <summary>The small clip of the repository for everything; no ffmpeg.</summary>
    StandIn,
}
