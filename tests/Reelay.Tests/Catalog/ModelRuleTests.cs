
namespace Reelay.Tests.Catalog;

public class ModelRuleTests
{
    [Theory]
    [InlineData("""{"prompt":"x"}""", "sora-2")]
    [InlineData("""{"prompt":"x","model":null}""", "sora-2")]
    [InlineData("""{"prompt":"x","model":""}""", "sora-2")]
    [InlineData("""{"prompt":"x","model":"sora-2-pro"}""", "sora-2-pro")]
    [InlineData("""{"prompt":"x","extra_body":{"model":"sora-2-pro"}}""", "sora-2-pro")]
    public async Task The_model_is_optional(string json, string model)
    {
        var order = await Orders.AcceptAsync(json);
        Assert.Equal(model, order.Model);
        Assert.Equal(["openai:" + model], order.UpstreamModels);
    }

    [Fact]
    public async Task Without_a_default_the_model_is_required()
    {
        var error = await Orders.RefuseAsync("""{"prompt":"x"}""", Orders.Terms with { DefaultModel = "" });
        Assert.Equal((400, "model_required", "model"), (error.Status, error.Code, error.Param));
    }

    [Theory]
    [InlineData("nonsense", "nonsense")]
    [InlineData("SORA-2", "SORA-2")]
    [InlineData("sora-2-stable", "belongs to the key")]
    [InlineData("sora-2@official", "belongs to the key")]
    [InlineData("../../etc/passwd", "does not exist")]
    public async Task An_unknown_model_is_404(string model, string says)
    {
        var error = await Orders.RefuseAsync($$"""{"prompt":"x","model":"{{model}}"}""");
        Assert.Equal((404, "model_not_found", "model"), (error.Status, error.Code, error.Param));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_that_the_key_may_not_order_is_404_as_if_unknown()
    {
        var error = await Orders.RefuseAsync("""{"prompt":"x","model":"sora-2-pro"}""", Orders.Terms with { MayOrder = model => model.Name == "sora-2" });
        Assert.Equal((404, "model_not_found"), (error.Status, error.Code));
    }

    [Theory]
    [InlineData("old", "`sora-2`")]
    [InlineData("sora-2", "no channel")]
    public async Task A_model_that_no_channel_serves_is_404_and_names_a_successor(string model, string says)
    {
        var error = await Orders.RefuseAsync($$"""{"prompt":"x","model":"{{model}}"}""", Orders.Terms with { CanServe = _ => false });
        Assert.Equal((404, "model_not_found", "model"), (error.Status, error.Code, error.Param));
        Assert.Contains(says, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"prompt":"x","model":"lab","seconds":4}""", "lab:small")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":10}""", "lab:large")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":5}""", "lab:small,lab:large")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":5,"seed":1}""", "lab:large")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":5,"audio":true}""", "lab:large")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":5,"audio":false}""", "lab:small,lab:large")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":5,"size":"720x1280"}""", "lab:large")]
    [InlineData("""{"prompt":"a long prompt","model":"lab","seconds":5}""", "lab:small")]
    public async Task Only_upstream_models_that_honour_everything_are_kept(string json, string expected) =>
        Assert.Equal(expected, string.Join(',', (await Orders.AcceptAsync(json)).UpstreamModels));

    [Theory]
    [InlineData("""{"prompt":"x","model":"lab","seconds":4,"size":"1920x1080"}""", "invalid_size")]
    [InlineData("""{"prompt":"a long prompt","model":"lab","seconds":10}""", "invalid_seconds")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":4,"audio":true}""", "unsupported_parameter")]
    [InlineData("""{"prompt":"x","model":"lab","seconds":6}""", "invalid_seconds")]
    public async Task What_no_single_upstream_model_can_do_is_refused(string json, string code) =>
        Assert.Equal(code, (await Orders.RefuseAsync(json)).Code);

    [Theory]
    [InlineData("""{"prompt":"x","model":7}""")]
    [InlineData("""{"prompt":"x","model":["sora-2"]}""")]
    [InlineData("""{"prompt":"x","model":{"a":1}}""")]
    public async Task A_model_of_another_type_is_400(string json) => Assert.Equal("invalid_type", (await Orders.RefuseAsync(json)).Code);
}
