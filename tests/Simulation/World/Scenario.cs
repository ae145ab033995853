using System.Globalization;

namespace Reelay.Simulation.World;

/// <summary>What a seed decides before anything runs: the channels, how much is ordered, and what goes wrong how often.</summary>
/// <remarks>
/// Each kind of fault is off in many seeds, and now and then frequent: faults that always come together hide each other.
/// </remarks>
internal sealed class Scenario
{
    private readonly Random _random;

    /// <summary>Decides.</summary>
    public Scenario(int seed)
    {
        _random = new Random(seed);
        OrderCount = 2 + _random.Next(24);
        ArrivalSeconds = 1 + _random.Next(90);
        ChaosSeconds = 60 + _random.Next(240);
        JobSeconds = Draw(0, 2, 8, 20, 60);
        (Refused, CutBefore, CutAfter, Late, BareBefore, BareAfter, Garbled) =
            (Rate(200), Rate(150), Rate(150), Rate(80), Rate(100), Rate(80), Rate(80));
        (Lies, Documented, Vanished) = (Rate(100), Rate(150), Rate(30));
        (CommitRefused, CommitUnknown, DiskFull) = (Rate(60), Rate(60), Rate(100));
        (ReplyLost, RequestLost) = (Rate(150), Rate(100));
        (BadWords, Twins) = (Rate(300), Rate(200));
        StallsPerThousand = Rate(20);
        CrashEverySeconds = Draw(0, 0, 8, 20, 60);
        ClockJumpEverySeconds = Draw(0, 0, 30, 90);
        OperatorEverySeconds = Draw(0, 5, 20);
        HoldSeconds = Draw(0, 0, 20);
        HasCallbacks = _random.Next(2) == 0;
        Settings = Configure();
    }

    public int OrderCount { get; }

    /// <summary>The orders come within this time.</summary>
    public int ArrivalSeconds { get; }

    /// <summary>After this time nothing goes wrong any more, and everything must come to its end.</summary>
    public int ChaosSeconds { get; }

    public int JobSeconds { get; }

    // All rates are per mille: of calls to upstreams …
    public int Refused { get; }

    public int CutBefore { get; }

    public int CutAfter { get; }

    public int Late { get; }

    public int BareBefore { get; }

    public int BareAfter { get; }

    public int Garbled { get; }

    public int Lies { get; }

    public int Documented { get; }

    public int Vanished { get; }

    // … of commits and writes of files …
    public int CommitRefused { get; }

    public int CommitUnknown { get; }

    public int DiskFull { get; }

    // … of callers' requests …
    public int ReplyLost { get; }

    public int RequestLost { get; }

    // … and of orders.
    public int BadWords { get; }

    public int Twins { get; }

    public int StallsPerThousand { get; }

    public int CrashEverySeconds { get; }

    public int ClockJumpEverySeconds { get; }

    public int OperatorEverySeconds { get; }

    public int HoldSeconds { get; }

    public bool HasCallbacks { get; }

    /// <summary>The server's configuration.</summary>
    public Dictionary<string, string?> Settings { get; }

    /// <summary>Credentials the upstreams accept.</summary>
    public static Dictionary<string, string[]> Credentials => new(StringComparer.Ordinal)
    {
        ["openai"] = ["sk-a", "sk-b", "sk-c"],
        ["openai-images"] = ["sk-a", "sk-b", "sk-c"],
        ["kling"] = ["ak-a|sk-a", "ak-b|sk-b", "ak-c|sk-c"],
    };

    /// <summary>Delay, in seconds, within which a submission that is on its way arrives and shows up in the upstream's list.</summary>
    public static int SearchDelaySeconds => 5;

    private Dictionary<string, string?> Configure()
    {
        var settings = new Dictionary<string, string?>(StringComparer.Ordinal)
        {
            ["Reelay:MinFreeDisk"] = "0",
            ["Reelay:Sandbox:Enabled"] = "false",
            ["Reelay:Engine:ReconcileHoldSeconds"] = Text(HoldSeconds),
            ["Reelay:Engine:MaxConcurrentFetches"] = Text(1 + _random.Next(4)),
            ["Reelay:Failover:MaxRefusals"] = Text(3 + _random.Next(20)),
            ["Reelay:Failover:MaxExtraAttempts"] = Text(_random.Next(3)),
        };
        if (HasCallbacks) settings["Reelay:PublicUrl"] = "http://gateway.test";
        foreach (var (provider, path) in new[] { ("openai", "/openai/v1"), ("openai_images", "/openai-images/v1"), ("kling", "/kling") })
        {
            for (var number = 1 + _random.Next(3); number > 0; number--) AddChannel(settings, $"{provider}_{number}", provider, path);
        }

        return settings;
    }

    private void AddChannel(Dictionary<string, string?> settings, string id, string provider, string path)
    {
        void Set(string name, object value) => settings[$"Reelay:Channels:{id}:{name}"] = Convert.ToString(value, CultureInfo.InvariantCulture);

        // A letter may come twice: two channels are one account then.
        var letter = "abc"[_random.Next(3)];
        Set("Provider", provider);
        Set("BaseUrl", "http://127.0.0.1:8090" + path);
        if (provider == "kling")
        {
            Set("AccessKey", "ak-" + letter);
            Set("SecretKey", "sk-" + letter);
            Set("Options:search_delay_seconds", SearchDelaySeconds);
            Set("Options:trust_absence", _random.Next(4) > 0 ? "true" : "false");
            Set("Options:poll_404_confirmations", 1 + _random.Next(4));
        }
        else
        {
            Set("ApiKey", "sk-" + letter);
            if (provider == "openai") Set("Options:list_delay_seconds", SearchDelaySeconds);
        }

        Set("CallSeconds", 4 + _random.Next(16));
        Set("ExpectedSeconds", Math.Max(1, JobSeconds));
        Set("MinPollMilliseconds", 100 + _random.Next(900));
        Set("MaxInFlight", 1 + _random.Next(6));
        Set("Priority", _random.Next(2));
        Set("Weight", 50 + _random.Next(200));
        Set("Callbacks", _random.Next(4) > 0 ? "true" : "false");
        if (_random.Next(3) == 0) Set("SubmissionsPerSecond", 1);
        if (_random.Next(4) == 0) Set("SubmissionsPerMinute", 5 + _random.Next(20));
        if (_random.Next(4) == 0) Set("MaxInFlightPerModel:" + ModelOf(provider), 1 + _random.Next(2));
    }

    private static string ModelOf(string provider) => provider switch { "kling" => "kling-v2-6", "openai" => "sora-2", _ => "gpt-image-2" };

    private int Rate(int most) => _random.Next(5) switch { 0 or 1 => 0, 2 or 3 => _random.Next((most / 4) + 1), _ => _random.Next(most) };

    private int Draw(params int[] choices) => choices[_random.Next(choices.Length)];

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
