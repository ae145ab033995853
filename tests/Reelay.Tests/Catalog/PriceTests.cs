using Reelay.Server.Catalog;

namespace Reelay.Tests.Catalog;

public class PriceTests
{
    [Theory]
    [InlineData("""{"prompt":"x"}""", 400_000)]
    [InlineData("""{"prompt":"x","seconds":20}""", 2_000_000)]
    [InlineData("""{"prompt":"x","model":"sora-2-pro"}""", 1_200_000)]
    [InlineData("""{"prompt":"x","model":"sora-2-pro","size":"1792x1024","seconds":8}""", 4_000_000)]
    [InlineData("""{"prompt":"x","model":"sora-2-pro","size":"720x1280","tier":"1080p","seconds":12}""", 8_400_000)]
    [InlineData("""{"prompt":"x","model":"wan","seconds":60}""", 300)]
    [InlineData("""{"prompt":"x","model":"lab","tier":"1080p","seconds":10}""", 200)]
    public async Task A_price_is_seconds_times_the_tiers_price(string json, long micros)
    {
        var order = await Orders.AcceptAsync(json);
        Assert.Equal(micros, Price.For(order, Orders.Catalog.Find(order.Model)!));
    }

    [Theory]
    [InlineData(1_000_000, 20)]
    [InlineData(1_500_000, 30)]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(333_333, 7)]
    public async Task A_groups_factor_rounds_up_to_a_whole_micro(long factor, long micros)
    {
        var order = await Orders.AcceptAsync("""{"prompt":"x","model":"wan"}""");
        Assert.Equal(micros, Price.For(order, Orders.Catalog.Find("wan")!, factor));
    }

    [Fact]
    public async Task A_price_that_does_not_fit_is_an_error_and_not_a_wrong_price()
    {
        var order = await Orders.AcceptAsync("""{"prompt":"x","model":"wan","seconds":60}""");
        var model = Orders.Catalog.Find("wan")!;
        var dear = model with { Spec = model.Spec with { Prices = [new() { Per = "second", Micros = long.MaxValue }] } };
        Assert.Throws<OverflowException>(() => Price.For(order, dear));
    }
}
