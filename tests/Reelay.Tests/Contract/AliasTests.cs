using Reelay.Server.Catalog.Orders;

namespace Reelay.Tests.Contract;

/// <summary>Every other name of every field that the described gateways take, in every place: it means the same as the first.</summary>
public sealed class AliasTests
{
    private const string Kling = "model:'kling-v3-omni',";

    // The name the rules use, the names that mean the same, a value, and what else makes a request of it.
    private static readonly (string Canonical, string[] Names, string Value, string Beside)[] _rows =
    [
        ("prompt", [], "'waves'", ""),
        ("seconds", ["duration", "durationSeconds", "duration_seconds"], "'8'", ""),
        ("size", [], "'1280x720'", ""),
        ("tier", ["resolution", "quality"], "'1080p'", "model:'sora-2-pro',"),
        ("aspect_ratio", ["ratio", "aspectRatio"], "'16:9'", ""),
        ("fps", ["frame_rate"], "24", "model:'lab', seconds:5,"),
        ("seed", [], "7", "model:'lab', seconds:5,"),
        ("n", [], "2", "model:'gpt-image-2',"),
        ("response_format", [], "'url'", ""),
        ("user", [], "'user-1234'", "model:'lab', seconds:5,"),
        ("negative_prompt", [], "'rain'", "model:'kling-v1',"),
        ("cfg_scale", [], "0.7", "model:'kling-v1',"),
        ("audio", ["sound", "generate_audio", "generateAudio"], "'on'", "model:'kling-v3',"),
        ("camera_control", [], "{type:'down_back'}", "model:'kling-v1',"),
        ("watermark_info", [], "{enabled:true}", "model:'kling-v1',"),
        ("model_name", [], "'kling-v3'", "model:'kling-video',"),
        ("reference_images", ["reference_image_urls", "referenceImages", "image_list", "input_references"], "[<a.png>,<b.png>]", Kling),
        ("reference_images", ["images", "image_urls", "image", "image_url", "input_reference"], "[<a.png>,<b.png>,<c.png>]", Kling),
        ("reference_images", ["images", "image_urls", "image", "image_url", "input_reference", "image_list"], "[<a.png>]", "model:'gpt-image-2',"),
        ("reference_images", ["image_list"], "[{image:<a.png>}]", Kling),
        ("input_reference", ["image", "image_url", "images", "image_urls", "first_frame", "first_frame_image", "first_image_url", "first_frame_url"], "<a.png>", ""),
        ("input_reference", ["image", "image_url"], "{image_url:<a.png>}", ""),
        ("end_image_url", ["last_image_url", "image_tail", "last_frame_image", "last_frame_url", "last_frame"], "<b.png>", Kling + "first_frame_image:<a.png>,"),
        ("video_urls", ["video", "video_url", "videos", "input_video", "video_list", "video_reference", "source_video_url"], "<c.mp4>", Kling),
        ("audio_urls", ["audio_url", "audio_reference"], "[<a.mp3>]", "model:'material',"),
        ("content", [], "[{type:'text',text:'waves'},{type:'image_url',image_url:{url:<a.png>},role:'first_frame'}]", ""),
        ("content", [], "[{type:'text',text:'waves'},{type:'audio_url',audio_url:{url:<a.mp3>}}]", "model:'material',"),
        ("content", [], "[{type:'text',text:'waves'},{type:'video_url',video_url:{url:<c.mp4>},role:'reference_video'}]", "model:'material',"),
        ("mode", [], "'multi_i2v'", Kling + "image:<a.png>,"),
        ("mode", ["quality"], "'pro'", "model:'kling-v3',"),
        ("function_mode", [], "'omni_reference'", Kling + "images:[<a.png>,<b.png>],"),
        ("generation_type", ["generationType"], "'reference'", Kling + "image:<a.png>,"),
        ("first_last_frame", [], "true", Kling + "reference_images:[<a.png>,<b.png>],"),
        ("video_id", ["task_id", "remixed_from_video_id"], "'sora'", "mode:'extend',"),
        ("external_task_id", [], "'mine'", ""),
        ("width", [], "1280", "height:720,"),
    ];

    // Names of whole requests, and what only has its meaning at one place.
    private static readonly string[] _elsewhere = ["model", "metadata", "height", "mask", "characters", "character", "num_frames", "frames", "stream", "callback_url", "callback_format"];

    public static TheoryData<string, string, string, string> Rows
    {
        get
        {
            var rows = new TheoryData<string, string, string, string>();
            foreach (var (canonical, names, value, beside) in _rows)
            {
                foreach (var name in names.Prepend(canonical)) rows.Add(canonical, name, value, beside);
            }

            return rows;
        }
    }

    [Theory]
    [MemberData(nameof(Rows))]
    public async Task A_name_means_the_same_in_every_place(string canonical, string name, string value, string beside)
    {
        var expected = await OutcomeAsync($"{beside} {canonical}:{value}");
        Assert.StartsWith("audio=", expected, StringComparison.Ordinal);

        // What the value asks for is not what comes without it; `url` is the only form there is.
        if (canonical != "response_format") Assert.NotEqual(await OutcomeAsync($"{beside} n:null"), expected);
        Assert.Equal(expected, await OutcomeAsync($"{beside} {name}:{value}"));
        foreach (var place in new[] { "metadata", "parameters", "extra_body" })
        {
            Assert.Equal(expected, await OutcomeAsync($"{beside} {place}:{{{name}:{value}}}"));
        }

        // The same under both names is one value.
        if (name != canonical) Assert.Equal(expected, await OutcomeAsync($"{beside} {canonical}:{value}, {name}:{value}"));
    }

    [Fact]
    public void Every_name_of_the_server_has_a_row()
    {
        var known = Parameters.All.SelectMany(parameter => parameter.Aliases.Append(parameter.Name)).Except(_elsewhere);
        Assert.Empty(known.Except(_rows.SelectMany(row => row.Names.Append(row.Canonical))));
    }

    [Theory]
    [InlineData("input_reference[]")]
    [InlineData("image[]")]
    public async Task A_form_may_mark_a_list(string name)
    {
        var plain = await Catalog.Orders.ReadAsync(Reading.Bodies.Multipart, Reading.Bodies.Parts(
            Reading.Bodies.Part("prompt", "x"), Reading.Bodies.Part("input_reference", "https://example.com/a.png")));
        var list = await Catalog.Orders.ReadAsync(Reading.Bodies.Multipart, Reading.Bodies.Parts(
            Reading.Bodies.Part("prompt", "x"), Reading.Bodies.Part(name, "https://example.com/a.png")));
        Assert.Equal(Cases.Outcome(plain), Cases.Outcome(list));
    }

    [Theory]
    [InlineData("model:'kling-video', model_name:'kling-v3'", "catalog=kling-v3")]
    [InlineData("width:1280, height:720", "size=1280x720")]
    [InlineData("size:'1280x720'", "size=1280x720")]
    public Task What_is_told_apart_or_together_is_so(string request, string stored) => Cases.StoredAsync(request, stored);

    // Metadata is echoed as it came, so that it is left out of the comparison.
    private static async Task<string> OutcomeAsync(string request)
    {
        var result = await Catalog.Orders.ReadAsync(Cases.Json(request), Studio.Terms);
        return result.Value is { } order ? Cases.Outcome(order with { Metadata = null }, Studio.Terms) : Cases.Outcome(result, Studio.Terms);
    }
}
