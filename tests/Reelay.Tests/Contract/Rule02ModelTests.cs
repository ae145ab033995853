using Reelay.Tests.Catalog;

namespace Reelay.Tests.Contract;

/// <summary>Rule 2: the model is optional; what cannot be ordered is 404 and names a successor; the list is what can be ordered.</summary>
[Collection(ContractGateway.Name)]
public sealed class Rule02ModelTests(ContractGateway shared)
{
    [Theory]
    [InlineData("", "model=sora-2 upstream=openai:sora-2")]
    [InlineData("model:null", "model=sora-2 upstream=openai:sora-2")]
    [InlineData("model:''", "model=sora-2 upstream=openai:sora-2")]
    [InlineData("model:'sora-2-pro'", "model=sora-2-pro upstream=openai:sora-2-pro")]
    [InlineData("extra_body:{model:'sora-2-pro'}", "model=sora-2-pro upstream=openai:sora-2-pro")]
    [InlineData("parameters:{model:'gpt-image-2'}", "model=gpt-image-2 upstream=openai_images:gpt-image-2")]
    [InlineData("model:'wan'", "model=wan upstream=openai:wan")]
    public Task Is_found(string request, string stored) => Cases.StoredAsync(request, stored);

    [Theory]
    [InlineData("model:'nonsense'", "404 model_not_found model", "`nonsense` | GET /v1/models")]
    [InlineData("model:'SORA-2'", "404 model_not_found model", "`SORA-2`")]
    [InlineData("model:' '", "404 model_not_found model", "does not exist")]
    [InlineData("model:'../../etc/passwd'", "404 model_not_found model", "does not exist")]
    [InlineData("model:'veo9'", "404 model_not_found model", "`veo9` | GET /v1/models")]
    [InlineData("model:7", "400 invalid_type model", "text | a number")]
    [InlineData("model:['sora-2']", "400 invalid_type model", "text | a list")]
    [InlineData("model:{a:1}", "400 invalid_type model", "text | an object")]
    public Task Is_refused(string request, string refusal, string says) => Cases.RefusedAsync(request, refusal, says);

    [Fact]
    public Task Is_required_where_there_is_no_default() =>
        Cases.RefusedAsync("", "400 model_required model", "`model` is required", Orders.Terms with { DefaultModel = "" });

    [Theory]
    [InlineData("", "sora-2")]
    [InlineData("model:''", "sora-2")]
    [InlineData("model:'lab'", "lab")]
    public async Task May_default_to_another(string request, string model) =>
        await Cases.StoredAsync(request + (request.Length > 0 ? "," : "") + "seconds:4", $"model={model}", Orders.Terms with { DefaultModel = model });

    [Theory]
    [InlineData("old", "no channel | Its successor is `sora-2`")]
    [InlineData("kling-v1", "no channel | Its successor is `kling-v3`")]
    [InlineData("sora-2", "no channel | GET /v1/models")]
    public Task That_no_channel_serves_is_404(string model, string says) =>
        Cases.RefusedAsync($"model:'{model}'", "404 model_not_found model", says, Orders.Terms with { CanServe = _ => false });

    [Theory]
    [InlineData("sora-2-pro", "`sora-2-pro` | this key may not order it")]
    [InlineData("old", "Its successor is `sora-2`")]
    public Task That_the_key_may_not_order_is_404(string model, string says) =>
        Cases.RefusedAsync($"model:'{model}'", "404 model_not_found model", says, Orders.Terms with { MayOrder = other => other.Name == "sora-2" });

    [Theory]
    [InlineData("seconds:4", "lab:small")]
    [InlineData("seconds:10", "lab:large")]
    [InlineData("seconds:5", "lab:small,lab:large")]
    [InlineData("seconds:5, seed:1", "lab:large")]
    [InlineData("seconds:5, audio:true", "lab:large")]
    [InlineData("seconds:5, audio:false", "lab:small,lab:large")]
    [InlineData("seconds:5, size:'720x1280'", "lab:large")]
    [InlineData("seconds:5, prompt:'a long prompt'", "lab:small")]
    public async Task Goes_only_to_upstream_models_that_honour_everything(string request, string upstream) =>
        Assert.Equal(upstream, string.Join(',', Cases.Accepted(await Orders.ReadAsync(Cases.Json("model:'lab'," + request))).UpstreamModels));

    [Theory]
    [InlineData("seconds:4, size:'1920x1080'", "400 invalid_size size", "`1920x1080` | `lab`")]
    [InlineData("seconds:10, prompt:'a long prompt'", "400 invalid_seconds seconds", "`10` | `lab` makes 4, 5 seconds")]
    [InlineData("seconds:4, audio:true", "400 unsupported_parameter audio", "`on` | `lab`")]
    [InlineData("seconds:6", "400 invalid_seconds seconds", "`6` | 4, 5, 10")]
    public Task That_no_single_upstream_model_can_do_is_refused(string request, string refusal, string says) =>
        Cases.RefusedAsync("model:'lab'," + request, refusal, says);

    [Fact]
    public async Task The_list_is_what_can_be_ordered()
    {
        var (_, list) = await shared.Gateway.SendAsync(HttpMethod.Get, "/v1/models");
        var names = list.GetProperty("data").EnumerateArray().Select(model => model.GetProperty("id").GetString()!).ToList();
        Assert.Contains("sora-2", names);
        Assert.Contains("gpt-image-2", names);
        Assert.Contains("kling-v2-6", names);
        foreach (var name in names)
        {
            var (status, answer) = await shared.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", new { model = name, prompt = "x" });
            Assert.True(status == 200 || answer.GetProperty("error").GetProperty("code").GetString() != "model_not_found", $"{name}: {answer}");
        }

        Assert.DoesNotContain("veo9", names);
        Assert.Equal(404, (await shared.Gateway.SendAsync(HttpMethod.Post, "/v1/videos/estimate", new { model = "veo9", prompt = "x" })).Status);
    }
}
