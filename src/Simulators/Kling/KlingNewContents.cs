using System.Text.Json.Nodes;

namespace Reelay.Simulators.Kling;

/// <summary>The list <c>contents</c> of a create call in the new generation, read and checked by itself.</summary>
internal sealed class KlingNewContents
{
    private const int MaxMegabytes = 50;
    private const int MaxImageElements = 3;
    private const int MaxVoices = 2;

    private readonly List<KlingPicture> _pictures = [];
    private readonly HashSet<string> _ids = new(StringComparer.Ordinal);

    private KlingNewContents()
    {
    }

    /// <summary>The prompt, or empty.</summary>
    public string Prompt { get; private set; } = "";

    /// <summary>The first frame, or null.</summary>
    public KlingPicture? FirstFrame { get; private set; }

    /// <summary>Whether there is a last frame.</summary>
    public bool HasLastFrame { get; private set; }

    /// <summary><c>feature_video</c>, <c>base_video</c>, or null.</summary>
    public string? Video { get; private set; }

    /// <summary>Reference pictures.</summary>
    public int ImageCount { get; private set; }

    /// <summary>Elements.</summary>
    public int ElementCount { get; private set; }

    /// <summary>Voices.</summary>
    public int VoiceCount { get; private set; }

    /// <summary>Whether a picture is of a size or ratio that the work itself stumbles over.</summary>
    public bool HasBadPicture => _pictures.Exists(picture => picture.IsBad);

    /// <summary>Reads the list; mistakes go to the body's.</summary>
    public static KlingNewContents Read(KlingFields body, string family, KlingModel model)
    {
        KlingNewContents contents = new();
        foreach (JsonObject item in body.List("contents", 20))
        {
            KlingFields fields = new(item);
            contents.Add(fields, fields.Word("type", "", model.ContentTypes), isNamed: family == KlingNewModels.Omni);
            body.Refuse(fields.Mistake);
        }

        if (contents.Prompt.Length == 0)
            body.Refuse(new KlingRefusal(1201, "prompt can not be null"));
        contents.CheckFrames(body, family);
        contents.CheckCounts(body, family);
        return contents;
    }

    private void Add(KlingFields item, string type, bool isNamed)
    {
        switch (type)
        {
            case "prompt":
                item.Only("type", "text");
                if (Prompt.Length > 0)
                    item.RefuseValue("type");
                Prompt = item.Text("text") ?? "";
                break;
            case "first_frame" or "last_frame" or "refer_image":
                AddPicture(item, type, isNamed);
                break;
            case "feature_video" or "base_video":
                item.Only("type", "url", "id");
                if (Video is not null || !KlingPictures.IsLink(item.Text("url")))
                    item.RefuseValue(Video is null ? "url" : "type");
                Video = type;
                AddId(item, isNeeded: false);
                break;
            case "element" or "voice":
                item.Only("type", $"{type}_id", "id");
                if (item.Text($"{type}_id") is not { Length: > 0 })
                    item.Refuse(new KlingRefusal(1201, $"{type}_id can not be null"));
                (ElementCount, VoiceCount) = type == "element" ? (ElementCount + 1, VoiceCount) : (ElementCount, VoiceCount + 1);
                AddId(item, isNeeded: true);
                break;
        }
    }

    private void AddPicture(KlingFields item, string type, bool isNamed)
    {
        string[] names = isNamed ? ["type", "url", "id"] : ["type", "url"];
        item.Only(names);
        (KlingPicture? picture, KlingRefusal? refusal) = KlingPictures.Check(item["url"], MaxMegabytes);
        item.Refuse(refusal);
        if (picture is not null)
            _pictures.Add(picture);
        if ((type == "first_frame" && FirstFrame is not null) || (type == "last_frame" && HasLastFrame))
            item.RefuseValue("type");
        if (type == "first_frame")
            FirstFrame = picture;
        else if (type == "last_frame")
            HasLastFrame = true;
        else
            ImageCount++;
        AddId(item, isNeeded: false);
    }

    // What prompts name things by.
    private void AddId(KlingFields item, bool isNeeded)
    {
        if (item.Text("id") is not { Length: > 0 } id)
        {
            if (isNeeded)
                item.Refuse(new KlingRefusal(1201, "id can not be null"));
        }
        else if (!_ids.Add(id))
        {
            item.RefuseValue("id");
        }
    }

    private void CheckFrames(KlingFields body, string family)
    {
        if (family == KlingNewModels.Image && FirstFrame is null)
            body.Refuse(new KlingRefusal(1201, "first_frame can not be null"));
        if (HasLastFrame && FirstFrame is null)
            body.Refuse(new KlingRefusal(1201, "last_frame needs a first_frame"));
        if (HasLastFrame && ImageCount > 0)
            body.Refuse(new KlingRefusal(1201, "refer_image can not be used together with last_frame"));
        if (Video == "base_video" && FirstFrame is not null)
            body.Refuse(new KlingRefusal(1201, "frames can not be used when a video is edited"));
    }

    private void CheckCounts(KlingFields body, string family)
    {
        int most = Video is null ? 7 : 4;
        if (ImageCount + ElementCount > most || (ElementCount > MaxImageElements && (FirstFrame is not null || family == KlingNewModels.Image)))
            body.Refuse(new KlingRefusal(1201, "too many images and elements"));
        if (VoiceCount > MaxVoices)
            body.Refuse(new KlingRefusal(1201, "too many voices"));
    }
}
