using System.Text.Json.Nodes;
using Reelay.Providers;
using Reelay.Simulators;

namespace Reelay.Tests.Providers.OpenAiImages;

/// <summary>The provider against the sandbox's image calls, in process: neither knows a type of the other.</summary>
public sealed class OpenAiImagesSandboxTests
{
    private readonly OpenAiImagesCase _test = new();

    private readonly SandboxCore _sandbox = SandboxCore.InMemory(new SandboxOptions { Duration = 0, Render = RenderMode.StandIn });

    [Fact]
    public async Task Pictures_from_text_come_in_number_size_and_with_their_usage()
    {
        var (_, pictures, usage) = await _test.RunAsync(Order(OpenAiImagesCase.Boat with { Count = 3, Quality = "low", UserHash = "u1" }));
        Assert.Equal(3, pictures.Count);
        Assert.All(pictures, picture => Assert.Equal(PngImage.Gradient(1536, 864), picture));
        Assert.Equal(3L * (196 * 1536 * 864 / (1024 * 1024)), usage!.OutputTokens!.Value, 3.0);
        var row = Assert.Single(_sandbox.Submissions());
        Assert.Equal(("att_7", "completed"), (row.Row.ClientReference, row.State));
    }

    [Fact]
    public async Task Every_listed_size_quality_and_extra_of_every_model_is_accepted()
    {
        foreach (var model in _test.Provider.Models)
        {
            // One odd size besides; the upstream decides where none is named.
            foreach (var size in model.Sizes.Take(model.AnySize is null ? 3 : 30).Append(model.AnySize is null ? "" : "1600x544"))
                await CheckAsync(model, size, model.Qualities[0], []);
            foreach (var quality in model.Qualities)
                await CheckAsync(model, "", quality, []);
            foreach (var extra in model.Extras.Where(extra => extra.Type == "text"))
            {
                foreach (var word in extra.Allowed)
                    await CheckAsync(model, "", "auto", new JsonObject { [extra.Name] = word });
            }

            await CheckAsync(model, "", "auto", new JsonObject { ["output_format"] = "jpeg", ["output_compression"] = 50 });
        }
    }

    [Fact]
    public async Task An_edit_takes_sixteen_pictures_and_a_mask()
    {
        var png = PngImage.Gradient(64, 48);
        byte[] mask = [.. png];
        mask[25] = 6;
        MediaInput[] media = [.. Enumerable.Repeat(Picture(png, MediaRole.ReferenceImage), 16), Picture(mask, MediaRole.Mask)];
        var (_, pictures, usage) = await _test.RunAsync(Order(OpenAiImagesCase.Edit, media));
        Assert.Equal(PngImage.Gradient(1536, 864), Assert.Single(pictures));
        Assert.InRange(usage!.InputTokens!.Value, 16 * 256, 16 * 256 + 20);
        await _test.RunAsync(Order(OpenAiImagesCase.Edit, media[0], media[16]));
    }

    [Theory]
    [InlineData("[refuse:content_policy]", ProviderErrorKind.ContentRejected, false)]
    [InlineData("[fail:content_policy]", ProviderErrorKind.ContentRejected, true)]
    [InlineData("[fail:generation]", ProviderErrorKind.OutcomeUnknown, true)]
    [InlineData("[refuse:quota]", ProviderErrorKind.AccountEmpty, false)]
    [InlineData("[http:401]", ProviderErrorKind.Unauthorized, false)]
    [InlineData("[http:429]", ProviderErrorKind.RateLimited, false)]
    [InlineData("[http:503]", ProviderErrorKind.Overloaded, false)]
    [InlineData("[bare:503]", ProviderErrorKind.OutcomeUnknown, false)]
    [InlineData("[http:500]", ProviderErrorKind.OutcomeUnknown, false)]
    [InlineData("[drop]", ProviderErrorKind.OutcomeUnknown, false)]
    [InlineData("[drop:after-accept]", ProviderErrorKind.OutcomeUnknown, true)]
    [InlineData("[garbage]", ProviderErrorKind.OutcomeUnknown, true)]
    public async Task Faults_are_taken_for_what_they_are(string word, ProviderErrorKind kind, bool isAccepted)
    {
        var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.RunAsync(Order(OpenAiImagesCase.Boat with { Prompt = "x " + word })));
        Assert.Equal(kind, exception.Kind);
        Assert.Equal(isAccepted, Assert.Single(_sandbox.Submissions()).Row.Accepted);
    }

    [Fact]
    public async Task A_truncated_answer_breaks_while_it_is_read() =>
        await Assert.ThrowsAnyAsync<IOException>(() => _test.RunAsync(Order(OpenAiImagesCase.Boat with { Prompt = "x [truncate]" })));

    [Fact]
    public async Task Links_of_a_server_are_opened()
    {
        var order = Order(OpenAiImagesCase.Boat with { Prompt = "x [url]" });
        var (outputs, pictures, _) = await _test.RunAsync(order);
        Assert.Empty(pictures);
        var opened = Assert.IsType<ProviderOutput.Opened>(Assert.Single(outputs));
        var bytes = Assert.IsType<OutputContent.Bytes>(await opened.OpenAsync(TestContext.Current.CancellationToken));
        using var copy = new MemoryStream();
        await bytes.Content.CopyToAsync(copy, TestContext.Current.CancellationToken);
        Assert.Equal(PngImage.Gradient(1536, 864), copy.ToArray());
    }

    private async Task CheckAsync(UpstreamModel model, string size, string quality, JsonObject extras)
    {
        var edges = size.Split('x');
        var request = new ProviderRequest
        {
            UpstreamModel = model.Name,
            Mode = model.Modes[0],
            Prompt = "x [fail:content_policy]",
            WidthPixels = size.Length == 0 ? null : int.Parse(edges[0]),
            HeightPixels = size.Length == 0 ? null : int.Parse(edges[1]),
            Quality = quality,
            Extras = extras,
        };

        // The order fails after its acceptance, which spares the drawing of hundreds of pictures.
        var media = model.Modes[0] == "edit" ? new[] { Picture(PngImage.Gradient(32, 32), MediaRole.ReferenceImage) } : [];
        var exception = await Assert.ThrowsAsync<ProviderException>(() => _test.RunAsync(Order(request, media)));
        var what = $"{model.Name} {size} {quality} {extras.ToJsonString()}: {exception.Message}";
        Assert.True(_sandbox.Submissions()[0].Row.Accepted, what);
        Assert.True(exception.Kind == ProviderErrorKind.ContentRejected, what);
    }

    private SubmissionContext Order(ProviderRequest request, params MediaInput[] media) => OpenAiImagesCase.Order(
        _test.Account(null, new ProviderCredential.ApiKey("sk-sandbox-openai-images")) with
        {
            BaseUrl = new("http://sandbox/openai-images/v1"),
            Http = new HttpMessageInvoker(new SimulatorHandler(_sandbox)),
        },
        request,
        media);

    private static MediaInput Picture(byte[] bytes, MediaRole role) => new()
    {
        Role = role, ContentType = "image/png", SizeBytes = bytes.Length, FileName = "input.png", OpenAsync = _ => Task.FromResult<Stream>(new MemoryStream(bytes)),
    };
}
