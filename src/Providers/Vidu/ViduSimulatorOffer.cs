namespace Reelay.Simulators.Vidu;

/// <summary>What a model makes at some endpoints: lengths from and to, with resolutions.</summary>
internal sealed record ViduSimulatorOffer(string Model, IReadOnlyList<string> Endpoints, int Min, int Max, IReadOnlyList<string> Resolutions)
{
    private const string Text = "text2video";
    private const string First = "img2video";
    private const string Both = "start-end2video";
    private const string Reference = "reference2video";

    /// <summary>All of them. Sources: the README.</summary>
    public static IReadOnlyList<ViduSimulatorOffer> All { get; } =
    [
        new("viduq3-turbo", [Text, First, Both], 1, 16, ["540p", "720p", "1080p"]),
        new("viduq3-turbo", [Reference], 3, 16, ["540p", "720p", "1080p"]),
        new("viduq3-pro", [Text, First, Both], 1, 16, ["540p", "720p", "1080p"]),
        new("viduq3-pro-fast", [First], 1, 16, ["720p", "1080p"]),
        new("viduq3", [Reference], 3, 16, ["540p", "720p", "1080p"]),
        new("viduq3-mix", [Reference], 3, 16, ["720p", "1080p"]),
        new("viduq2", [Text, Reference], 1, 10, ["540p", "720p", "1080p"]),
        new("viduq2-pro", [First, Both, Reference], 1, 10, ["720p", "1080p"]),
        new("viduq2-turbo", [First, Both], 1, 10, ["720p", "1080p"]),
        new("viduq2-pro-fast", [First, Both], 1, 10, ["720p", "1080p"]),
        new("viduq1", [Text, First, Both, Reference], 5, 5, ["1080p"]),
        new("viduq1-classic", [First, Both], 5, 5, ["1080p"]),
        new("vidu2.0", [First, Both, Reference], 4, 4, ["360p", "720p", "1080p"]),
        new("vidu2.0", [First, Both, Reference], 8, 8, ["720p"]),
    ];

    /// <summary>What an order is charged, in credits; where no source has a price, ten a second.</summary>
    public static int Credits(ViduSimulatorOrder order)
    {
        int index = order.Resolution switch { "540p" => 0, "720p" => 1, _ => 2 };
        int[] perSecond = (order.Model, order.Endpoint) switch
        {
            ("viduq3-turbo", Reference) => [4, 10, 13],
            ("viduq3-turbo", _) => [7, 11, 13],
            ("viduq3-pro", _) => [9, 20, 24],
            ("viduq3-pro-fast", _) => [20, 20, 25],
            ("viduq3-mix", _) => [24, 24, 29],
            _ => [10, 10, 10],
        };
        return order.Seconds * perSecond[index];
    }
}
