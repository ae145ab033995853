using System.Text;
using Reelay.Providers;
using Reelay.Server.Api;
using Reelay.Server.Catalog;
using Reelay.Server.Catalog.Orders;
using Reelay.Server.Routing;
using Reelay.Tests.Reading;

namespace Reelay.Tests.Catalog;

/// <summary>A catalog with the shipped models and a few more, and requests against it.</summary>
internal static class Orders
{
    public static ModelCatalog Catalog { get; } = ModelCatalog.Load(Upstream, Added);

    public static OrderTerms Terms { get; } = new() { Catalog = Catalog };

    public static OrderTerms Strict { get; } = new() { Catalog = Catalog, IsStrict = true };

    /// <summary>The few more.</summary>
    public static IReadOnlyList<ModelSpec> Added => [ModelSpec.SelfHosted("wan", "openai:wan", 5), Talkative(), Old()];

    /// <summary>The shipped facts, and two upstream models that can do different things.</summary>
    public static IReadOnlyDictionary<string, IReadOnlyList<UpstreamModel>> Upstream => new Dictionary<string, IReadOnlyList<UpstreamModel>>(new ProviderSet().Models)
    {
        ["lab"] =
        [
            new() { Name = "small", Modes = ["t2v"], Seconds = [4, 5], Sizes = ["1280x720"], Audio = "never", Source = "test" },
            new()
            {
                Name = "large", References = FirstFrame, Modes = ["t2v", "i2v"], Seconds = [5, 10], Sizes = ["1280x720", "720x1280", "960x720", "1920x1080"],
                Audio = "choice", Source = "test", MaxPromptLength = 10, TakesUser = true,
                Extras =
                [
                    .. new[] { ("seed", "integer"), ("fps", "integer"), ("cfg_scale", "number"), ("negative_prompt", "text"), ("watermark_info", "object") }
                        .Select(extra => new ExtraParameter { Name = extra.Item1, Type = extra.Item2, Min = extra.Item1 == "fps" ? 1 : null }),
                ],
            },
        ],
    };

    public static async Task<ApiResult<GenerationOrder>> ReadAsync(string json, OrderTerms? terms = null, MemorySink? sink = null) =>
        await ReadAsync(Bodies.Json, Encoding.UTF8.GetBytes(json), terms, sink);

    public static async Task<ApiResult<GenerationOrder>> ReadAsync(string contentType, byte[] body, OrderTerms? terms = null, MemorySink? sink = null)
    {
        var read = await Bodies.ReadAsync(contentType, body, sink);
        if (read.Error is not null)
        {
            return read.Error;
        }

        using var fields = read.Value!;
        return await OrderReader.ReadAsync(fields, terms ?? Terms, TestContext.Current.CancellationToken);
    }

    public static async Task<GenerationOrder> AcceptAsync(string json, OrderTerms? terms = null)
    {
        var result = await ReadAsync(json, terms);
        Assert.True(result.Error is null, result.Error?.Message);
        return result.Value!;
    }

    public static async Task<ApiError> RefuseAsync(string json, OrderTerms? terms = null)
    {
        var sink = new MemorySink();
        var result = await ReadAsync(json, terms, sink);
        Assert.True(result.Error is not null, "The request was accepted.");
        Assert.Empty(sink.Stored);
        return result.Error;
    }

    private static Dictionary<MediaRole, UpstreamReference> FirstFrame => new()
    {
        [MediaRole.FirstFrame] = new() { MaxCount = 1, MaxBytes = 20 << 20, Types = ["image/png", "image/jpeg", "image/webp"] },
    };

    // Two upstream models that can do different things stand behind one name.
    private static ModelSpec Talkative() => ModelSpec.SelfHosted("lab", "lab:small") with
    {
        Upstream = ["lab:small", "lab:large"],
        Seconds = new() { Allowed = [4, 5, 6, 10], Default = 5 },
        AnySize = null,
        Tiers =
        [
            new() { Name = "720p", Sizes = ["1280x720", "720x1280", "960x720"] },
            new() { Name = "1080p", Sizes = ["1920x1080"] },
        ],
        Prices = [new() { Tier = "720p", Per = "second", Micros = 10 }, new() { Tier = "1080p", Per = "second", Micros = 20 }],
        Audio = "choice",
        DefaultAudio = false,
    };

    private static ModelSpec Old() => ModelSpec.SelfHosted("old", "openai:gone") with
    {
        Lifecycle = new() { State = "retired", Successor = "sora-2", Source = "test" },
    };
}
