using Reelay.Providers;
using Reelay.Server.Billing;
using Reelay.Server.Catalog;
using Reelay.Server.Engine;
using Reelay.Server.Tasks;
using Reelay.Tests.Support;

namespace Reelay.Tests.Billing;

public sealed class PriceListTests
{
    private static readonly ModelSpec Sora = ModelCatalog.Load(new Server.Routing.ProviderSet().Models).Find("sora-2")!.Spec;

    [Theory]
    [InlineData(1280, 720, 5, 108_900)]
    [InlineData(1920, 1088, 5, 246_840)]
    [InlineData(864, 496, 4, 40_595)]
    public void Tokens_are_those_of_the_published_samples_rounded_up(long width, long height, long seconds, long tokens) =>
        Assert.Equal(tokens, VideoTokens.Of(width * height, seconds));

    [Theory]
    [InlineData("second", 100, 2, 800)]
    [InlineData("output", 100, 2, 200)]
    [InlineData("call", 100, 2, 100)]
    [InlineData("token", 1_000_000, 1, 87_300)]
    public void Every_unit_has_its_own_count(string per, long micros, int count, long charged)
    {
        var price = Price.Of(Rows.Order() with { Count = count }, With(new PriceSpec { Per = per, Micros = micros }), AcceptedPrice.FactorOne);
        Assert.Equal(charged, price.Charge(price.Units));
    }

    [Fact]
    public void A_video_among_the_inputs_can_have_a_price_and_seconds_of_its_own()
    {
        var spec = With(new PriceSpec { Per = "token", Micros = 1_000_000, InputVideo = true, InputSeconds = 15 }, new PriceSpec { Per = "second", Micros = 7 });
        Assert.Equal(("second", 0), (Of(spec, null).Per, Of(spec, MediaRole.ReferenceImage).InputSeconds));
        var withVideo = Of(spec, MediaRole.ReferenceVideo);
        Assert.Equal(("token", VideoTokens.Of(720 * 1280, 19)), (withVideo.Per, withVideo.Units));
    }

    [Theory]
    [InlineData(2000, 720, 1280, null, 44_100, "measured")]
    [InlineData(9000, 720, 1280, null, 87_300, "measured")]
    [InlineData(4000, 720, 1280, 1000L, 1000, "reported")]
    [InlineData(4000, 720, 1280, 99_999_999L, 87_300, "reported")]
    [InlineData(null, 720, 1280, null, 87_300, "requested")]
    public void Tokens_are_settled_as_reported_else_as_measured_within_the_reserve(int? milliseconds, int width, int height, long? told, long micros, string basis)
    {
        var price = Price.Of(Rows.Order(), With(new PriceSpec { Per = "token", Micros = 1_000_000 }), AcceptedPrice.FactorOne);
        var task = Rows.Task(price: price.Charge(price.Units)) with { Price = price };
        var asset = Rows.Asset(task) with { DurationMilliseconds = milliseconds, WidthPixels = width, HeightPixels = height };
        Assert.Equal((micros, basis), Settlement.For(task, [asset], told is null ? null : new Usage(OutputTokens: told)));
    }

    [Fact]
    public void Fewer_outputs_and_shorter_ones_cost_less_and_longer_ones_are_the_operators()
    {
        var price = Price.Of(Rows.Order() with { Count = 3 }, With(new PriceSpec { Per = "second", Micros = 100 }), 1_500_000);
        var task = Rows.Task(price: price.Charge(price.Units)) with { Price = price };
        var assets = new[] { 4000, 9000 }.Select(length => Rows.Asset(task) with { DurationMilliseconds = length }).ToList();
        Assert.Equal((1800, (1200, "measured")), (task.PriceMicros, Settlement.For(task, assets, null)));
        Assert.Equal((650, "reckoned"), Cost(AttemptCosts.Delivered(Rows.Attempt(task), task, factor: 0.5, assets, null)));
        Assert.Equal((77, "reported"), Cost(AttemptCosts.Delivered(Rows.Attempt(task), task, factor: 0.5, assets, new Usage(CostMicros: 77))));
        Assert.Equal((600, "reckoned"), Cost(AttemptCosts.Charged(Rows.Attempt(task), task, factor: 0.5)));

        var pieces = Price.Of(Rows.Order() with { Count = 3 }, With(new PriceSpec { Per = "output", Micros = 100 }), AcceptedPrice.FactorOne);
        Assert.Equal((200, "measured"), Settlement.For(task with { Price = pieces, PriceMicros = 300 }, assets, null));
    }

    [Theory]
    [InlineData("0", 0L)]
    [InlineData("0.85", 850_000L)]
    [InlineData("1.000001", 1_000_001L)]
    [InlineData("1000", 1_000_000_000L)]
    [InlineData("1.0000001", null)]
    [InlineData("-1", null)]
    [InlineData("1000.1", null)]
    [InlineData("1,5", null)]
    [InlineData("1e3", null)]
    [InlineData("", null)]
    public void A_groups_factor_is_read_exactly_or_not_at_all(string text, long? millionths) => Assert.Equal(millionths, GroupFactors.Parse(text));

    [Fact]
    public void Settings_take_the_place_of_the_shipped_list_and_mistakes_are_all_told()
    {
        var read = PriceSettings.Read(Settings(
            ("Prices:sora-2:0:Per", "second"), ("Prices:sora-2:0:Micros", "5"), ("Prices:sora-2:0:Tier", "720p"), ("Prices:sora-2:1:Per", "call"), ("Prices:sora-2:1:Micros", "9"),
            ("Models:wan:Free", "true"), ("Models:other:Free", "false")));
        Assert.Equal(["sora-2", "wan"], read.Keys.Order());
        Assert.Equal([("second", 5, "720p"), ("call", 9, null)], read["sora-2"].Prices.Select(row => (row.Per, row.Micros, row.Tier)));
        Assert.True(read["wan"].IsFree);

        var wrong = Assert.Throws<InvalidOperationException>(() => PriceSettings.Read(Settings(
            ("Prices:a:0:Micros", "-1"), ("Prices:b:0:Per", "second"), ("Prices:c:0:Per", "second"), ("Prices:c:0:Micros", "1"), ("Prices:c:0:Colour", "red"),
            ("Models:c:Free", "true"), ("Models:d:Free", "yes"))));
        foreach (var part in new[] { "Per is missing", "'-1'", "Micros is missing", "Colour is no part", "c is free and has prices", "'yes'" }) Assert.Contains(part, wrong.Message, StringComparison.Ordinal);
    }

    private static (long?, string?) Cost(TaskAttempt attempt) => (attempt.CostMicros, attempt.CostBasis);

    private static ModelSpec With(params PriceSpec[] rows) => Sora with { Prices = rows };

    private static AcceptedPrice Of(ModelSpec spec, MediaRole? role) =>
        Price.Of(Rows.Order() with { Media = role is { } one ? [new OrderMedia(one, "k", "video/mp4", 1, "")] : [] }, spec, AcceptedPrice.FactorOne);

    private static IConfiguration Settings(params (string Name, string Value)[] values) =>
        new ConfigurationBuilder().AddInMemoryCollection(values.Select(pair => KeyValuePair.Create("Reelay:" + pair.Name, (string?)pair.Value))).Build();
}
